#!/usr/bin/env node
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { median, spread } from './lib/statistics.mjs';
import { heddleBatch } from './write-to-read/heddle-batch.mjs';
import { storeBatch } from './write-to-read/store-batch.mjs';

const help = `
Usage: node bench/write-to-read.mjs [options]

Time from an assignment in one chef-solo to the return of the blocked read in another, beside the bare store's write-to-watch time.

  --batches N     batches of each, by turns; fewer if time is short (default 6)
  --rounds N      rounds of a batch, two values each; N outputs and N inputs per role (default 60)
  --pause N       ms that a writer waits first, so that its reader is blocked (default 30)
`;

const options = {
  batches: { type: 'string', default: '6' },
  rounds: { type: 'string', default: '60' },
  pause: { type: 'string', default: '30' },
};

const limitMs = 235_000;

async function measure({ batches, rounds, pause }) {
  return withScene('latency', limitMs, async (scene) => {
    const startMs = performance.now();
    const store = [];
    const heddle = [];
    for (let batch = 0; batch < batches; batch += 1) {
      store.push(await storeBatch(scene, batch, rounds, pause));
      heddle.push((await heddleBatch(scene, batch, rounds, pause)).values);
      const elapsedMs = performance.now() - startMs;
      if (batch + 1 < batches && elapsedMs + (1.4 * elapsedMs) / (batch + 1) > limitMs) {
        console.log(`time is short: ${batch + 1} of ${batches} batches`);
        break;
      }
    }
    return summarize(store, heddle, rounds, pause);
  });
}

function summarize(store, heddle, rounds, pauseMs) {
  const values = heddle.flat();
  const blocked = values.filter(({ wasBlocked }) => wasBlocked);
  const storeMs = spread(store.flat());
  const heddleMs = spread(blocked.map(({ ms }) => ms));
  return {
    rounds: heddle.length * rounds,
    outputsPerRole: rounds,
    pauseMs,
    readersThatWereBlocked: `${blocked.length} of ${values.length}`,
    storeMs,
    heddleMs,
    differenceMs: { median: heddleMs.median - storeMs.median, p99: heddleMs.p99 - storeMs.p99 },
    batchMedianDifferencesMs: heddle.map((batch, index) => median(batch.map(({ ms }) => ms)) - median(store[index])),
    partsMs: {
      assignmentToStore: median(blocked.map(({ toStoreMs }) => toStoreMs)),
      storeToReturn: median(blocked.map(({ ms, toStoreMs }) => ms - toStoreMs)),
    },
  };
}

function print({
  rounds,
  outputsPerRole,
  readersThatWereBlocked,
  storeMs,
  heddleMs,
  differenceMs,
  batchMedianDifferencesMs,
  partsMs,
}) {
  const ms = (value) => value.toFixed(2).padStart(8);
  console.log(
    `${rounds} rounds, two values each; ${outputsPerRole} outputs and as many inputs per role; blocked before the write: ${readersThatWereBlocked}\n`,
  );
  console.log('ms                          min  quart.1   median  quart.3      p99      max');
  for (const [name, { min, quartile1, median: middle, quartile3, p99, max }] of [
    ['store: put to watch', storeMs],
    ['Heddle: write to read', heddleMs],
  ]) {
    console.log(`${name.padEnd(22)} ${[min, quartile1, middle, quartile3, p99, max].map(ms).join(' ')}`);
  }
  console.log(`\nHeddle adds: median ${differenceMs.median.toFixed(2)} ms, p99 ${differenceMs.p99.toFixed(2)} ms`);
  console.log(
    `medians' difference, batch by batch: ${batchMedianDifferencesMs.map((value) => value.toFixed(2)).join(', ')}`,
  );
  console.log(
    `parts of Heddle's median: assignment to store write ${partsMs.assignmentToStore.toFixed(2)} ms, store write to the read's return ${partsMs.storeToReturn.toFixed(2)} ms`,
  );
}

await benchmark(
  { name: 'write-to-read', help, options, goal: "the bare store's time + 10 ms, median and p99" },
  measure,
  print,
);
