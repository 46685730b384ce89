#!/usr/bin/env bash
# Every Ruby file of the project parses without warnings.
set -euo pipefail
status=0
while IFS= read -r -d '' file; do
  output=$(ruby -wc "$file" 2>&1) || status=1
  [ "$output" = "Syntax OK" ] || { printf '%s: %s\n' "$file" "$output"; status=1; }
done < <(find packages/adapter-chef/gem examples scripts -name '*.rb' -print0)
exit $status
