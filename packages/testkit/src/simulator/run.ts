// node packages/testkit/dist/simulator/run.js --seed N [--trace] [--deadlocks]: run one simulated deployment again, and say what it came to.

import { parseArgs } from 'node:util';
import { describeProgram } from './program/describe-program.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    deadlocks: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
if (values.seed === undefined || !Number.isSafeInteger(seed)) {
  console.error('say which one: --seed N; --trace shows every answer of the store');
  process.exit(2);
}
const { problems, program, counts, world } = await simulate(seed, {
  withDeadlocks: values.deadlocks,
  ...(values.trace ? { trace: console.log } : {}),
});
console.log(describeProgram(program));
for (const { node, role, step, input, startedMs, endedMs, outcome } of world.seen.reads) {
  const end =
    outcome === undefined ? 'no end' : outcome.kind === 'value' ? JSON.stringify(outcome.value) : outcome.error.code;
  const ended = endedMs === undefined ? '' : `, ended ${endedMs.toFixed(0)} ms`;
  console.log(`${node}.${role} step ${step}: read ${input} at ${startedMs.toFixed(0)} ms${ended}: ${end}`);
}
console.log([...counts].map(([name, count]) => `${name} ${count}`).join(', '));
console.log(
  problems.length === 0 ? `seed ${seed}: all as its program says` : `seed ${seed}: ${problems.length} problems`,
);
for (const problem of problems) console.log(`  ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
