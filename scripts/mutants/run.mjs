// npm run test:mutants [NAME ...]: take out one workaround after the other, in a copy of the checkout, and see its test fail.
// NAME: only mutants whose name contains it. Ends with 1 when a mutant survives, its text is not there once, or its test does not pass without it.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from './list.mjs';

const root = new URL('../..', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
/** A mutant may hang what it was to keep from hanging: that is a failure of the test, too. */
const longestTestMs = 60_000;

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
  const files = listed.split('\0').filter((file) => /^(packages\/|acceptance\/|[^/]+$)/.test(file));
  for (const file of files)
    cpSync(join(root, file), join(copy, file), { recursive: true, verbatimSymlinks: true, force: true });
  const folders = execFileSync('find', ['.', '-name', 'node_modules', '-prune', '-not', '-path', './.tools/*'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const folder of folders.trim().split('\n')) execFileSync('cp', ['-a', join(root, folder), join(copy, folder)]);
  execFileSync('node_modules/.bin/tsc', ['-b'], { cwd: copy, stdio: 'inherit' });
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

console.log(`copying the checkout for ${chosen.length} mutants ...`);
copyCheckout();
const problems = [];
const complain = (name, text) => {
  problems.push(`${name}: ${text}`);
  console.log(`NOT OK  ${name}: ${text}`);
};

const files = [...new Set(chosen.map(({ test }) => test))];
const sound = new Set();
for (const file of files) {
  const titles = [...new Set(chosen.filter(({ test }) => test === file).map(({ title }) => title))];
  const { passed, failed } = await run(file, titles);
  for (const title of titles) if (passed.includes(title) && !failed.includes(title)) sound.add(`${file} ${title}`);
  console.log(`${file}: ${sound.size} tests pass so far without any mutant`);
}

for (const { name, file, find, replace, test, title } of chosen) {
  if (!sound.has(`${test} ${title}`)) {
    complain(name, `the test "${title}" does not pass without the mutant, or is not there`);
    continue;
  }
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) {
    complain(name, `its text is ${source.split(find).length - 1} times in ${file}`);
    continue;
  }
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const startMs = performance.now();
  // In several suites the test may hang in each: one failure is enough.
  const { passed, failed } = await run(test, [title], '--bail=1');
  writeFileSync(path, source);
  if (failed.includes(title))
    console.log(`ok      ${name}: "${title}" fails, ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  else if (passed.includes(title)) complain(name, `survives "${title}" of ${test}`);
  else complain(name, `keeps "${title}" of ${test} from running at all`);
}
console.log(`${chosen.length - problems.length} mutants caught, ${problems.length} not`);
for (const problem of problems) console.log(`  ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
