#!/usr/bin/env bash
# Set up the checkout: pnpm, node_modules, the compiled packages and Chef's gems, all inside the project folder.
#
# Usage: scripts/setup.sh [--for demo|test]
# Says one line per thing that it installs; silent when all is there. Exit 2: something that only you can install is missing.
set -euo pipefail

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/setup.sh
source "$project/scripts/lib/setup.sh"

setup_project "$@"
