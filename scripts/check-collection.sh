#!/usr/bin/env bash
# The Ansible collection passes `ansible-test sanity` of both versions of ansible-core, can be built, and works where it was installed from the archive.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
collection=$project/packages/adapter-ansible/ansible_collections/heddle/heddle
newer=$project/.tools/ansible-2.19/bin
# What ansible-test would fetch from PyPI for every check is Debian's here, of one version for both.
checkers=(
  pylint python3-astroid python3-isort python3-platformdirs python3-tomlkit python3-dill python3-lazy-object-proxy python3-mccabe
  python3-typing-extensions python3-wrapt python3-pycodestyle yamllint python3-pathspec python3-voluptuous python3-semantic-version
)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder/home ANSIBLE_LOCAL_TEMP=$folder/tmp LC_ALL=C.UTF-8
mkdir -p "$HOME"

# Programs that ansible-test finds pip with say that everything is there, and the checks' own environments see Debian's packages.
prepare_checkers() {
  (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download "${checkers[@]}" >apt.log) || {
    cat "$folder/apt.log" >&2
    echo "check-collection: the checkers cannot be downloaded: apt-get update may help" >&2
    exit 2
  }
  local package version
  for package in "$folder"/*.deb; do dpkg-deb --extract "$package" "$folder/checkers"; done
  mkdir -p "$HOME/.ansible/test/cache"
  for version in 21_3_1 24_2; do
    cat >"$HOME/.ansible/test/cache/get_pip_$version.py" <<PYTHON
import os
import sysconfig

if __name__ == '__main__':
    folder = sysconfig.get_path('purelib')
    with open(os.path.join(folder, 'checkers.pth'), 'w') as file:
        file.write('$folder/checkers/usr/lib/python3/dist-packages\n/usr/lib/python3/dist-packages\n')
    os.makedirs(os.path.join(folder, 'pip'))
    for name, text in {'__init__': '', '__main__': 'print("pip 99 (python 3.11)")'}.items():
        with open(os.path.join(folder, 'pip', name + '.py'), 'w') as file:
            file.write(text + '\n')
PYTHON
  done
}

# sanity PROGRAM [OPTION...]: ansible-test wants a collection in a folder ansible_collections, and the files of a Git work tree.
sanity() {
  (
    cd "$tree"
    "$1" sanity --python "$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" "${@:2}"
  )
}

# try_play PROGRAM: a lookup and a callback of the installed collection in a play without an agent, where they have nothing to do.
try_play() {
  cat >"$folder/play.yml" <<'YAML'
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: { answer: "{{ lookup('heddle.heddle.value', 'port') }}" }
      register: asked
      ignore_errors: true
    - ansible.builtin.assert:
        that: "'heddle: there is no agent here' in asked.msg"
YAML
  ANSIBLE_COLLECTIONS_PATH=$folder/collections ANSIBLE_CALLBACKS_ENABLED=heddle.heddle.agent ANSIBLE_CACHE_PLUGIN=heddle.heddle.facts \
    ANSIBLE_VARS_ENABLED=host_group_vars,heddle.heddle.deployment "$1" -i localhost, -c local "$folder/play.yml"
}

prepare_checkers
tree=$folder/tree/ansible_collections/heddle/heddle
mkdir -p "$tree"
(cd "$collection" && git ls-files -z -- . | xargs -0 cp --parents -t "$tree")
git -C "$tree" init --quiet
git -C "$tree" add .

sanity ansible-test
# Debian 12 has no antsibull-docs-parser, and a pylint that the plugins of 2.19 do not run in.
sanity "$newer/ansible-test" --skip-test validate-modules --skip-test pylint

# Not the work tree itself: Python may write byte code there meanwhile.
rm -rf "$tree/.git" "$tree/tests/output"
ansible-galaxy collection build "$tree" --output-path "$folder"
ansible-galaxy collection install "$folder"/heddle-heddle-*.tar.gz --collections-path "$folder/collections"
try_play ansible-playbook
try_play "$newer/ansible-playbook"
