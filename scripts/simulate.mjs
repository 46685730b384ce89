// npm run simulate -- [--runs N] [--seed S] [--least COUNT] [--deadlocks] [--first]: run simulated deployments of N consecutive seeds, on all processors.
// Prints how often each fault occurred, and each seed that failed. --first: no more runs after the first that failed. Ends with 1 when one failed, or a fault occurred fewer than COUNT times.

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { faultClasses, simulateMany } from '../packages/testkit/dist/simulator/index.js';

const chunkRuns = 200;
/** So that not many are run after the first that failed. */
const fewRuns = 20;
const mostPrinted = 20;

if (process.send === undefined) await main();
else process.on('message', async ({ seed, runs, ...options }) => process.send(await simulateMany(seed, runs, options)));

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      least: { type: 'string' },
      deadlocks: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs ?? 100_000);
  const first = Number(values.seed ?? 1);
  const least = Number(values.least ?? (runs >= 100_000 ? 1000 : 0));
  const counts = new Map();
  const failures = [];
  const startMs = performance.now();
  let next = first;
  let done = 0;

  const take = (summary) => {
    done += summary.runs;
    for (const [name, count] of summary.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    for (const failure of summary.failures) {
      failures.push(failure);
      if (failures.length > mostPrinted) continue;
      console.log(`seed ${failure.seed}: ${failure.problems[0]}`);
      console.log(
        `  again: node packages/testkit/dist/simulator/run.js --seed ${failure.seed}${values.deadlocks ? ' --deadlocks' : ''}`,
      );
    }
    if (done % 10_000 < summary.runs && done < runs) console.log(`${done} of ${runs} runs, ${failures.length} failed`);
  };
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = fork(new URL(import.meta.url), { serialization: 'advanced' });
      const give = () => {
        const count = Math.min(values.first ? fewRuns : chunkRuns, first + runs - next);
        if (count <= 0 || (values.first && failures.length > 0)) {
          worker.disconnect();
          return;
        }
        worker.send({ seed: next, runs: count, withDeadlocks: values.deadlocks });
        next += count;
      };
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      worker.on('message', (summary) => {
        take(summary);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: availableParallelism() }, work));

  const isFault = new Set(faultClasses);
  const width = Math.max(...[...counts.keys(), ...faultClasses].map((name) => name.length));
  const print = (name) => console.log(`  ${name.padEnd(width)}  ${String(counts.get(name) ?? 0).padStart(10)}`);
  console.log('faults:');
  for (const name of faultClasses) print(name);
  console.log('what the runs came to:');
  const others = [...counts.keys()].filter((name) => !isFault.has(name));
  for (const name of others.sort((a, b) => a.localeCompare(b))) print(name);
  const rare = faultClasses.filter((name) => (counts.get(name) ?? 0) < least);
  if (rare.length > 0) console.log(`fewer than ${least} times: ${rare.join(', ')}`);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  console.log(`${runs} runs from seed ${first} on in ${seconds} s, ${failures.length} failed`);
  process.exitCode = failures.length > 0 || rare.length > 0 ? 1 : 0;
}
