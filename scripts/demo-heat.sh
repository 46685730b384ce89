#!/usr/bin/env bash
# npm run demo:heat [-- wordpress]: set up what is missing, then take a template of examples/ to CREATE_COMPLETE on this computer.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --for test
exec node scripts/demo-heat.mjs "$@"
