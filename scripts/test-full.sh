#!/usr/bin/env bash
# npm run test:full: the random tests of the suite, twenty times as many rounds (HEDDLE_TEST_FACTOR; the soaks ten minutes instead of
# one), 100,000 templates that were changed at random, as many simulated deployments, as many whose roles wait in circles, then the whole suite.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --for test
export HEDDLE_TEST_FACTOR=${HEDDLE_TEST_FACTOR:-20}
node_modules/.bin/vitest run --testTimeout=1800000 \
  packages/core/test/plan/fuzz.test.ts packages/store-embedded/test/crash.test.ts \
  packages/testkit/test/linearizability packages/testkit/test/soak packages/heat/test/read-fuzz.test.ts
# 100,000 changed templates.
HEDDLE_TEST_FACTOR=160 node_modules/.bin/vitest run --testTimeout=3600000 packages/heat/test/fuzz.test.ts
unset HEDDLE_TEST_FACTOR
node scripts/simulate.mjs --runs 100000
node scripts/simulate.mjs --runs 100000 --deadlocks
exec node scripts/run-tests.mjs "$@"
