// Runs the checks one after the other, then the test suites in lanes beside one another, prints their output, and ends with one line of counts.
// node scripts/run-tests.mjs [NAME ...]   only the named ones, e.g. lint vitest

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from './tests/run-step.mjs';
import { listSteps } from './tests/steps.mjs';

const folder = mkdtempSync(join(tmpdir(), 'heddle-reports-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const { first, lanes } = listSteps(folder);

const names = [...first, ...lanes.flat()].map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}
const isWanted = ({ name }) => wanted.length === 0 || wanted.includes(name);

async function runInOrder(steps, options) {
  const results = [];
  for (const step of steps) results.push(await runStep(step, options));
  return results;
}

const results = await runInOrder(first.filter(isWanted));
const wantedLanes = lanes.map((lane) => lane.filter(isWanted)).filter((lane) => lane.length > 0);
// What runs alone is shown as it goes.
const options = wantedLanes.length > 1 ? { logs: folder } : {};
results.push(...(await Promise.all(wantedLanes.map((lane) => runInOrder(lane, options)))).flat());

const bad = results.filter(({ failed }) => failed > 0);
// Here once more, as the output of a long run is often kept from its end.
for (const { name, failures } of bad) for (const failure of failures) console.log(`\nfailed in ${name}: ${failure}`);
if (bad.length > 0) console.log(`\nfailed: ${bad.map(({ name }) => name).join(', ')}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = bad.length > 0 ? 1 : 0;
