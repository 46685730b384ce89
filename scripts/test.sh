#!/usr/bin/env bash
# npm test: set up what is missing, then run every check and every test. The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --for test
exec node scripts/run-tests.mjs "$@"
