#!/usr/bin/env bash
# Every Python file of the project compiles without warnings, and the Ansible collection can be built and installed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
while IFS= read -r -d '' file; do
  /usr/bin/python3 -W error -c 'import pathlib, sys; compile(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[1], "exec")' "$file"
done < <(git ls-files -z -- '*.py')
export HOME=$folder ANSIBLE_LOCAL_TEMP=$folder/tmp LC_ALL=C.UTF-8
ansible-galaxy collection build packages/adapter-ansible/ansible_collections/heddle/heddle --output-path "$folder"
ansible-galaxy collection install "$folder"/heddle-heddle-*.tar.gz --collections-path "$folder/collections"
test -f "$folder/collections/ansible_collections/heddle/heddle/plugins/callback/agent.py"
