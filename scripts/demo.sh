#!/usr/bin/env bash
# npm run demo: set up what is missing, run examples/shop on five machines, show and check the files they wrote.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --for demo
exec node scripts/demo.mjs "$@"
