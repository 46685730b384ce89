#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchmark } from './lib/command.mjs';
import { median, spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/compile.mjs [options]

Time and memory of compiling a Heat template of 10, 100, 1,000 and 10,000 resources, three of ten of them servers with roles, from JSON and from YAML, by turns
with a bare parse of the same text: JSON.parse, and the yaml library. Each size has a process of its own, whose first rounds are left out.

  --rounds N      times that each is measured, at 10,000 resources; more at fewer (default 7)
`;

const options = { rounds: { type: 'string', default: '7' } };
const goal =
  '10,000 resources in less than 1 s from JSON, and in at most 1.3 times a bare parse by the yaml library from YAML; time and memory by resource do not grow from 1,000 to 10,000';
const counts = [10, 100, 1000, 10_000];
const child = fileURLToPath(new URL('compile/child.mjs', import.meta.url));

/** Rounds until the code is compiled by the engine, as far as it gets. */
function warmUp(count) {
  return Math.ceil(2000 / count);
}

function measure({ rounds }) {
  const results = {};
  for (const format of ['json', 'yaml']) {
    results[format] = {};
    for (const count of counts) {
      const skipped = warmUp(count);
      const measured = Math.min(200, Math.ceil((rounds * 10_000) / count));
      const words = ['--expose-gc', '--max-old-space-size=4096', child, format, count, skipped + measured];
      const { times, processor, ...sizes } = JSON.parse(
        execFileSync(process.execPath, words.map(String), { encoding: 'utf8' }),
      );
      const [compile, parse] = [times.compile, times.parse].map((list) => list.slice(skipped));
      const [compileUsed, parseUsed] = [processor.compile, processor.parse].map((list) => list.slice(skipped));
      results[format][count] = {
        compileProcessorMs: spread(compileUsed),
        processorRatio: spread(compileUsed.map((ms, round) => ms / parseUsed[round])),
        compileMs: spread(compile),
        parseMs: spread(parse),
        ratio: spread(compile.map((ms, round) => ms / parse[round])),
        usPerResource: (median(compile) * 1000) / count,
        ...sizes,
      };
    }
  }
  return results;
}

function print(results) {
  const ms = (value) => value.toFixed(value < 10 ? 2 : 0).padStart(8);
  console.log(
    'ms             rounds      min   median  quart.3      max    parse  ratio  cpu, ms  ratio   us/resource   kept MB   most MB',
  );
  for (const [format, byCount] of Object.entries(results)) {
    for (const [count, found] of Object.entries(byCount)) {
      const { compileMs, parseMs, ratio, compileProcessorMs, processorRatio, usPerResource, keptBytes, mostBytes } =
        found;
      const cells = [compileMs.min, compileMs.median, compileMs.quartile3, compileMs.max, parseMs.median]
        .map(ms)
        .join(' ');
      const [kept, most] = [keptBytes, mostBytes].map((bytes) => (bytes / 1e6).toFixed(1).padStart(9));
      console.log(
        `${`${format}, ${count}`.padEnd(14)} ${String(compileMs.count).padStart(6)} ${cells} ${ratio.median.toFixed(2).padStart(6)} ${ms(compileProcessorMs.median)} ${processorRatio.median.toFixed(2).padStart(6)} ${usPerResource.toFixed(0).padStart(13)} ${kept} ${most}`,
      );
    }
  }
}

await benchmark({ name: 'compile', help, options, goal }, measure, print);
