// Runs the checks one after the other, then the test suites, some beside one another, prints their output, and ends with one line of counts.
// node scripts/run-tests.mjs [NAME ...]   only the named ones, e.g. lint vitest

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from './tests/run-step.mjs';
import { listSteps } from './tests/steps.mjs';

const folder = mkdtempSync(join(tmpdir(), 'heddle-reports-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const { first, suites, atOnce } = listSteps(folder);

// Each start of Node.js would read all of its certificates, which takes as long as the rest of the start, and no test needs them.
delete process.env.NODE_EXTRA_CA_CERTS;

const names = [...first, ...suites].map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}
const isWanted = ({ name }) => wanted.length === 0 || wanted.includes(name);

/** Run steps in their order, as many at once as there may be; gives their results as they end. */
async function runSteps(steps, limit, options) {
  const left = [...steps];
  const results = [];
  const takeNext = async () => {
    for (let step = left.shift(); step !== undefined; step = left.shift()) results.push(await runStep(step, options));
  };
  await Promise.all(Array.from({ length: limit }, takeNext));
  return results;
}

const results = await runSteps(first.filter(isWanted), 1);
const wantedSuites = suites.filter(isWanted);
// What runs alone is shown as it goes.
const options = wantedSuites.length > 1 ? { logs: folder } : {};
results.push(...(await runSteps(wantedSuites, atOnce, options)));

const bad = results.filter(({ failed }) => failed > 0);
// Here once more, as the output of a long run is often kept from its end.
for (const { name, failures } of bad) for (const failure of failures) console.log(`\nfailed in ${name}: ${failure}`);
if (bad.length > 0) console.log(`\nfailed: ${bad.map(({ name }) => name).join(', ')}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = bad.length > 0 ? 1 : 0;
