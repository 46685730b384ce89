#!/usr/bin/env node
// Runs all benchmarks, one after the other, and writes bench/results/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsPage } from './lib/results-page.mjs';

const names = ['local-reads', 'write-to-read', 'demo'];
const results = join(import.meta.dirname, 'results');

if (process.argv.length > 2) {
  console.log(
    'Usage: node bench/all.mjs\n\nRuns every benchmark (at most 4 minutes each) and writes bench/results/NAME.json and bench/results/README.md.',
  );
  process.exit(['--help', '-h'].includes(process.argv[2]) ? 0 : 2);
}
// Ctrl-C reaches the benchmark that runs, too; it tidies up, and its exit code ends this.
process.on('SIGINT', () => undefined);
mkdirSync(results, { recursive: true });
for (const name of names) {
  const { status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, `${name}.mjs`), '--json', join(results, `${name}.json`)],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
  console.log('');
}
const records = names.map((name) => JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8')));
writeFileSync(join(results, 'README.md'), resultsPage(records));
console.log('written: bench/results/');
