#!/usr/bin/env node
import { chmod, readFile, stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { benchmark } from './lib/command.mjs';
import { checkout } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { quantile, spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/bundle.mjs [options]

Size of the bundle, and its start-up beside that of Node.js alone.

  --rounds N      rounds, by turns (default 25)
`;

const limitMs = 235_000;
const limits = { gzipBytes: 350_000, startMs: 250 };

async function measure({ rounds }) {
  return withScene('bundle', limitMs, async (scene) => {
    const file = scene.path('heddle.mjs');
    await scene.start('build.log', process.execPath, [`${checkout}packages/bundle/bin/bundle.mjs`, '-o', file]).end;
    const { size: sizeBytes } = await stat(file);
    const gzipBytes = gzipSync(await readFile(file), { level: 9 }).byteLength;
    await writeNode(scene);
    const boot = ['boot', '--node-file', 'node.json', '--signal', 'nobody', '--directory', 'state'];
    const programs = {
      node: ['-e', '0'],
      version: [file, '--version'],
      untilStore: [file, ...boot],
    };
    const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
    for (let round = -1; round < rounds; round += 1) {
      const order = Object.entries(programs);
      for (const [name, words] of round % 2 === 0 ? order : order.toReversed()) {
        const startMs = performance.now();
        await scene.start(`${name}.log`, process.execPath, words).end;
        // The first round finds cold files.
        if (round >= 0) times[name].push(performance.now() - startMs);
      }
    }
    return {
      sizeBytes,
      gzipBytes,
      limits,
      ...Object.fromEntries(Object.entries(times).map(([name, all]) => [`${name}Ms`, spread(all)])),
      /** Of the fastest, which a busy machine disturbs least. */
      fastUntilStoreMs: quantile(times.untilStore, 0.05),
    };
  });
}

/** A machine whose store is a package that ends the process as soon as it is loaded. */
async function writeNode(scene) {
  const node = { heddleNode: 1, deployment: 'd', epoch: '1', node: 'a', store: 'ends+ends://x', content: null };
  await scene.write({
    'node.json': JSON.stringify(node),
    'state/node_modules/ends/package.json': '{ "main": "index.cjs" }',
    'state/node_modules/ends/index.cjs': 'process.exit(0);\n',
  });
  await chmod(scene.path('node.json'), 0o600);
}

function print({ sizeBytes, gzipBytes, nodeMs, versionMs, untilStoreMs, fastUntilStoreMs }) {
  const verdict = (isMet) => (isMet ? 'within' : 'MISSED');
  console.log(`size: ${sizeBytes} bytes`);
  console.log(`gzipped: ${gzipBytes} bytes; limit ${limits.gzipBytes}: ${verdict(gzipBytes <= limits.gzipBytes)}`);
  console.log('median (quartiles) of the time from the start of the process to its end');
  const line = (what, { count, quartile1, median, quartile3 }) =>
    console.log(
      `  ${what.padEnd(44)} ${median.toFixed(0).padStart(5)} ms  (${quartile1.toFixed(0)} to ${quartile3.toFixed(0)}, ${count} runs)`,
    );
  line('node -e 0', nodeMs);
  line('heddle --version', versionMs);
  line('heddle boot, until it loads its store', untilStoreMs);
  console.log(
    `limit ${limits.startMs} ms: ${verdict(untilStoreMs.median < limits.startMs)} by the median, ${verdict(fastUntilStoreMs < limits.startMs)} by the fastest (${fastUntilStoreMs.toFixed(0)} ms)`,
  );
}

await benchmark(
  {
    name: 'bundle',
    help,
    options: { rounds: { type: 'string', default: '25' } },
    goal: 'at most 350,000 bytes gzipped; less than 0.25 s before the store loads',
  },
  measure,
  print,
);
