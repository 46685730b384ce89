import { Tally } from './faults/tally.ts';
import { simulate } from './simulate.ts';

const { argv } = process;
const option = (name: string, otherwise: number): number => {
  const index = argv.indexOf(`--${name}`);
  return index === -1 ? otherwise : Number(argv[index + 1]);
};

const seed = option('seed', 1);
const runs = option('runs', 1);
const tally = new Tally();
let failed = 0;
for (let number = seed; number < seed + runs; number += 1) {
  const report = await simulate(number, argv.includes('--trace') ? console.log : undefined);
  tally.addAll(report.counts);
  if (report.problems.length === 0) continue;
  failed += 1;
  console.log(`seed ${number}: ${report.problems.length} problems`);
  for (const problem of report.problems.slice(0, runs === 1 ? 1000 : 3)) console.log(`  ${problem}`);
}
for (const [name, count] of [...tally.counts].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${String(count).padStart(10)}  ${name}`);
console.log(`${runs} runs, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
