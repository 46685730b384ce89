#!/usr/bin/env bash
# Every Python file of the project compiles without warnings.
set -euo pipefail
while IFS= read -r -d '' file; do
  /usr/bin/python3 -W error -c 'import pathlib, sys; compile(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[1], "exec")' "$file"
done < <(git ls-files -z -- '*.py')
