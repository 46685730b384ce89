#!/usr/bin/env bash
# npm run test:full: the random tests of the suite, twenty times as many rounds (HEDDLE_TEST_FACTOR), then the whole suite.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --for test
export HEDDLE_TEST_FACTOR=${HEDDLE_TEST_FACTOR:-20}
node_modules/.bin/vitest run packages/core/test/plan/fuzz.test.ts packages/store-embedded/test/crash.test.ts --testTimeout=1800000
unset HEDDLE_TEST_FACTOR
exec node scripts/run-tests.mjs "$@"
