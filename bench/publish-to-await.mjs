#!/usr/bin/env node
import { serveEmbedded } from '@heddle/store-embedded';
import { startEtcd, startZookeeper } from '@heddle/testkit';
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { median, spread } from './lib/statistics.mjs';
import { runBatch } from './publish-to-await/batch.mjs';

const help = `
Usage: node bench/publish-to-await.mjs [options]

Time from a publish in one process to the return of the await in another, on each store, from core to core with all guards and records,
beside the bare client library doing the same with a watch and a create (or put), by turns.

  --batches N     batches of each, by turns; fewer if time is short (default 5)
  --rounds N      rounds of a batch, two values each (default 60)
  --pause N       ms that a writer waits first, so that its reader waits (default 20)
  --stores LIST   which ones (default embedded,zk,etcd)
`;

const options = {
  batches: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '60' },
  pause: { type: 'string', default: '20' },
};
const stores = { stores: { type: 'string' } };

const limitMs = 235_000;

const servers = {
  embedded: (scene) => serveEmbedded(scene.path('embedded')),
  zk: () => startZookeeper({}),
  etcd: () => startEtcd({}),
};

async function measure({ stores: wanted = 'embedded,zk,etcd', ...settings }) {
  return withScene('publish', limitMs, async (scene) => {
    const names = wanted.split(',');
    const endMs = performance.now() + limitMs - 15_000;
    const results = {};
    for (const [index, name] of names.entries()) {
      const shareMs = (endMs - performance.now()) / (names.length - index);
      results[name] = await measureStore(scene, name, settings, performance.now() + shareMs);
    }
    return { pauseMs: settings.pause, stores: results };
  });
}

async function measureStore(scene, name, settings, endMs) {
  const core = [];
  const bare = [];
  const startMs = performance.now();
  for (let batch = 0; batch < settings.batches; batch += 1) {
    // A fresh server for each pair: both find it as empty as the other did.
    for (const { client, into } of [
      { client: `bare-${name}`, into: bare },
      { client: 'core', into: core },
    ]) {
      const folder = `${name}-${client}-${batch}`;
      await scene.write({ [`${folder}-server/.keep`]: '' });
      const server = await servers[name]({ path: (...parts) => scene.path(`${folder}-server`, ...parts) });
      try {
        into.push(await runBatch(scene, folder, client, server.url, settings));
      } finally {
        await server.close();
      }
    }
    const eachMs = (performance.now() - startMs) / (batch + 1);
    if (batch + 1 < settings.batches && performance.now() + eachMs > endMs) {
      console.log(`${name}: time is short: ${batch + 1} of ${settings.batches} batches`);
      break;
    }
  }
  const ratios = core.map((batch, index) => median(batch) / median(bare[index]));
  return {
    values: core.flat().length,
    bareMs: spread(bare.flat()),
    coreMs: spread(core.flat()),
    medianRatio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
  };
}

function print({ stores: results }) {
  const ms = (value) => value.toFixed(2).padStart(8);
  console.log('ms                       min  quart.1   median  quart.3      p99      max');
  for (const [name, { bareMs, coreMs, medianRatio, values }] of Object.entries(results)) {
    for (const [what, { min, quartile1, median: middle, quartile3, p99, max }] of [
      [`${name}: bare client`, bareMs],
      [`${name}: Heddle`, coreMs],
    ]) {
      console.log(`${what.padEnd(19)} ${[min, quartile1, middle, quartile3, p99, max].map(ms).join(' ')}`);
    }
    const { median: middle, min, max } = medianRatio;
    console.log(
      `  ratio of medians ${middle.toFixed(2)} (batches ${min.toFixed(2)} to ${max.toFixed(2)}), ${values} values each\n`,
    );
  }
}

await benchmark(
  {
    name: 'publish-to-await',
    help,
    options: { ...options, ...stores },
    goal: "on each store at most 1.15 times the bare client's median",
  },
  measure,
  print,
);
