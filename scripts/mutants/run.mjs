// npm run test:mutants [NAME ...]: take out one workaround or rule after the other, in a copy of the checkout, and see its test or the
// simulator fail.
// NAME: only mutants whose name contains it. Ends with 1 when a mutant survives, its text is not there once, or its test does not pass without it.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants as tested } from './list.mjs';
import { unclearPlace } from './place.mjs';
import { simulated } from './simulated.mjs';

const root = new URL('../..', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const chosen = [...tested, ...simulated].filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
/** A mutant may hang what it was to keep from hanging: that is a failure of the test, too. */
const longestTestMs = 60_000;
const longestSimulationMs = 600_000;

const copy = mkdtempSync(join(tmpdir(), 'heddle-mutants-'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));

/** What git knows or would take up, and the installed packages, which are linked relative to one another. */
function copyCheckout() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const files = listed
    .split('\0')
    .filter((file) => /^(packages\/|acceptance\/|scripts\/(?:simulate|join-modules)\.mjs$|[^/]+$)/.test(file));
  for (const file of files)
    cpSync(join(root, file), join(copy, file), { recursive: true, verbatimSymlinks: true, force: true });
  const folders = execFileSync('find', ['.', '-name', 'node_modules', '-prune', '-not', '-path', './.tools/*'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const folder of folders.trim().split('\n')) execFileSync('cp', ['-a', join(root, folder), join(copy, folder)]);
  build();
}

/** Run the tests of a file whose titles end like this; answers passed and failed titles. `more` are words for the runner. */
async function run(file, titles, ...more) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = titles.map((title) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const words = [
    'run',
    file,
    '-t',
    pattern,
    '--reporter=json',
    `--outputFile=${report}`,
    `--testTimeout=${longestTestMs}`,
    ...more,
  ];
  const child = spawn('node_modules/.bin/vitest', words, { cwd: copy, stdio: 'ignore' });
  await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    // The runner itself broke: nothing passed.
    results = [];
  }
  const of = (status) => results.filter((result) => result.status === status).map(({ title }) => title);
  return { passed: of('passed'), failed: of('failed') };
}

/** Run deployments of these seeds until one fails; answers what was printed of it, or undefined when none did. */
async function simulate({ seed, runs, deadlocks = false }) {
  const words = ['--seed', String(seed), '--runs', String(runs), '--first', ...(deadlocks ? ['--deadlocks'] : [])];
  const child = spawn('node', ['scripts/simulate.mjs', ...words], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: longestSimulationMs,
  });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (!/ runs from seed \d+ on in /.test(printed)) throw new Error(`the simulator did not come to its end: ${printed}`);
  return /^seed \d+: .*$/m.exec(printed)?.[0];
}

/** Name what shows a mutant. */
function idOf({ simulation, test, title }) {
  if (simulation === undefined) return `${test} ${title}`;
  return `${simulation.runs} runs from seed ${simulation.seed} on${simulation.deadlocks ? ' with deadlocks' : ''}`;
}

/** What fails with the mutant that is in the copy now, undefined when nothing does; and whether anything could. */
async function failureOf({ simulation, test, title }) {
  if (simulation === undefined) {
    // In several suites the test may hang in each: one failure is enough.
    const { passed, failed } = await run(test, [title], '--bail=1');
    if (failed.includes(title)) return { failure: `"${title}" fails`, isRun: true };
    return { failure: undefined, isRun: passed.includes(title) };
  }
  build();
  return { failure: await simulate(simulation), isRun: true };
}

function build() {
  execFileSync('node_modules/.bin/tsc', ['-b'], { cwd: copy, stdio: 'inherit' });
  execFileSync('node', ['scripts/join-modules.mjs'], { cwd: copy, stdio: 'inherit' });
}

console.log(`copying the checkout for ${chosen.length} mutants ...`);
copyCheckout();
const problems = [];
const complain = (name, text) => {
  problems.push(`${name}: ${text}`);
  console.log(`NOT OK  ${name}: ${text}`);
};

const sound = new Set();
const simulations = new Map(
  chosen.flatMap(({ simulation }) => (simulation ? [[idOf({ simulation }), simulation]] : [])),
);
for (const [id, simulation] of simulations) {
  const failure = await simulate(simulation);
  if (failure === undefined) sound.add(id);
  console.log(`${id}: ${failure ?? 'all are right without any mutant'}`);
}
const files = new Set(chosen.flatMap(({ test }) => test ?? []));
for (const file of files) {
  const titles = [...new Set(chosen.filter(({ test }) => test === file).map(({ title }) => title))];
  const { passed, failed } = await run(file, titles);
  for (const title of titles) if (passed.includes(title) && !failed.includes(title)) sound.add(`${file} ${title}`);
  console.log(`${file}: ${sound.size} tests pass so far without any mutant`);
}

for (const mutant of chosen) {
  const { name } = mutant;
  if (!sound.has(idOf(mutant))) {
    complain(name, `"${idOf(mutant)}" does not pass without the mutant, or is not there`);
    continue;
  }
  const sources = new Map();
  const changes = mutant.changes ?? [mutant];
  const unclear = changes.flatMap((change) => {
    const path = join(copy, change.file);
    const source = readFileSync(path, 'utf8');
    if (!sources.has(path)) sources.set(path, source);
    const text = unclearPlace(change, source);
    if (text !== undefined) return [text];
    writeFileSync(
      path,
      source.replace(change.find, () => change.replace),
    );
    return [];
  });
  const restore = () => {
    for (const [path, source] of sources) writeFileSync(path, source);
  };
  if (unclear.length > 0) {
    restore();
    complain(name, unclear.join(', '));
    continue;
  }
  const startMs = performance.now();
  const { failure, isRun } = await failureOf(mutant).finally(restore);
  if (failure !== undefined)
    console.log(`ok      ${name}: ${failure}, ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  else complain(name, isRun ? `survives "${idOf(mutant)}"` : `keeps "${idOf(mutant)}" from running at all`);
}
console.log(`${chosen.length - problems.length} mutants caught, ${problems.length} not`);
for (const problem of problems) console.log(`  ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
