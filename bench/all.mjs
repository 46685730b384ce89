#!/usr/bin/env node
// Runs all benchmarks, one after the other, and writes bench/results/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultsPage } from './lib/results-page.mjs';

/** By the name of the file with its results: the command. */
const commands = {
  'local-reads': ['local-reads.mjs'],
  'chef-attributes': ['chef-attributes.mjs'],
  'chef-start': ['chef-start.mjs'],
  'answer-to-read': ['answer-to-read.mjs'],
  'write-to-read': ['write-to-read.mjs'],
  'publish-to-await': ['publish-to-await.mjs'],
  'all-to-all': ['all-to-all.mjs'],
  recovery: ['recovery.mjs'],
  'never-coming': ['never-coming.mjs'],
  lost: ['never-coming.mjs', '--lost'],
  deadlock: ['deadlock.mjs'],
  bookkeeping: ['bookkeeping.mjs'],
  // Each of the two takes as long as a benchmark may.
  'push-or-pull': ['push-or-pull.mjs', '--nodes', '2,4,8'],
  'push-or-pull-16': ['push-or-pull.mjs', '--runs', '1', '--nodes', '16'],
  'ansible-reads': ['ansible-reads.mjs'],
  demo: ['demo.mjs'],
  compile: ['compile.mjs'],
  chain: ['chain.mjs'],
  'stack-create': ['stack-create.mjs'],
  bundle: ['bundle.mjs'],
};
const names = Object.keys(commands);
const results = join(import.meta.dirname, 'results');

const [option] = process.argv.slice(2);
if (option !== undefined && option !== '--page') {
  console.log(`Usage: node bench/all.mjs [--page]

Runs every benchmark (at most 30 minutes each) and writes bench/results/NAME.json and bench/results/README.md.

  --page  run none, write README.md from the JSON files that are there`);
  process.exit(['--help', '-h'].includes(option) ? 0 : 2);
}

let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => running?.kill(signal));
await mkdir(results, { recursive: true });
for (const name of option === '--page' ? [] : names) {
  const [program, ...options] = commands[name];
  const words = [join(import.meta.dirname, program), ...options, '--json', join(results, `${name}.json`)];
  // Detached: a Ctrl-C on the terminal reaches it through this process alone, once.
  running = spawn(process.execPath, words, { stdio: 'inherit', detached: true });
  const [status] = await once(running, 'exit');
  if (status !== 0) process.exit(status ?? 1);
  console.log('');
}
const there = new Set(await readdir(results));
const records = await Promise.all(
  names
    .filter((name) => there.has(`${name}.json`))
    .map(async (name) => [name, JSON.parse(await readFile(join(results, `${name}.json`), 'utf8'))]),
);
await writeFile(join(results, 'README.md'), resultsPage(Object.fromEntries(records)));
console.log('written: bench/results/');
