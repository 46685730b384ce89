#!/usr/bin/env node
import { servers } from './all-to-all/servers.mjs';
import { runBatch } from './bookkeeping/batch.mjs';
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { median, spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/bookkeeping.mjs [options]

What wait records and the detection of deadlocks cost: N nodes, each with a connection of its own, wait for one another's values until all
publish at once, with them and without, by turns. Time from the publishing until the last node has all values, processor time of the nodes,
the server's own count of messages, and what the nodes write to the store beside the values: for waits, and in as many rounds in which
nobody waits long.

  --nodes N       nodes (default 20)
  --rounds N      rounds of a batch (default 10)
  --batches N     batches of each, by turns; fewer if time is short (default 5)
  --hold N        ms that all wait in each round: after one second they have a judge (default 1500)
  --stores LIST   which ones (default embedded,zk,etcd)
`;

const options = {
  nodes: { type: 'string', default: '20' },
  rounds: { type: 'string', default: '10' },
  batches: { type: 'string', default: '5' },
  hold: { type: 'string', default: '1500' },
};
const stores = { stores: { type: 'string' } };
const goal =
  'with records and detection at most 1.10 times the time without, on each store; at most 2 store writes for a wait longer than 250 ms, none for any other read';

const limitMs = 840_000;

async function measure({ stores: wanted = 'embedded,zk,etcd', ...settings }) {
  return withScene('bookkeeping', limitMs, async (scene) => {
    const names = wanted.split(',');
    const endMs = performance.now() + limitMs - 120_000;
    const results = {};
    for (const [index, name] of names.entries()) {
      if (servers[name] === undefined) throw new Error(`there is no store ${name}`);
      const shareMs = (endMs - performance.now()) / (names.length - index);
      results[name] = await measureStore(scene, name, settings, performance.now() + shareMs);
    }
    return { nodes: settings.nodes, holdMs: settings.hold, stores: results };
  });
}

async function measureStore(scene, name, settings, endMs) {
  const batches = { off: [], on: [] };
  const startMs = performance.now();
  for (let batch = 0; batch < settings.batches; batch += 1) {
    // Whoever comes second finds a warmer machine: by turns the one and the other.
    for (const kind of batch % 2 === 0 ? ['off', 'on'] : ['on', 'off']) {
      const folder = `${name}-${kind}-${batch}`;
      await scene.write({ [`${folder}/.keep`]: '', [`${folder}-server/.keep`]: '' });
      const server = await servers[name](scene.path(`${folder}-server`));
      try {
        batches[kind].push(await runBatch(scene, folder, kind, server, settings));
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
  const ratio = (of) => {
    const ratios = batches.on.map((batch, index) => of(batch) / of(batches.off[index]));
    return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
  };
  const figures = (kind) => ({
    deliveredMs: spread(batches[kind].flatMap(({ deliveredMs }) => deliveredMs)),
    processorMs: spread(batches[kind].map(({ processorMs }) => processorMs / settings.rounds)),
    ...(batches[kind][0].messages && {
      messages: median(batches[kind].map(({ messages }) => messages / settings.rounds / settings.nodes)),
    }),
  });
  return {
    off: figures('off'),
    on: figures('on'),
    timeRatio: ratio(({ deliveredMs }) => median(deliveredMs)),
    processorRatio: ratio(({ processorMs }) => processorMs),
    writes: writesOf(batches.on, settings),
  };
}

/** Store writes beside the values: by recorded wait, and by read that did not wait long. */
function writesOf(batches, { nodes, rounds }) {
  const sum = (of) => batches.reduce((total, batch) => total + of(batch), 0);
  const count = (name) => sum(({ writes }) => writes[name] ?? 0);
  const waits = sum((batch) => batch.waits);
  const reads = batches.length * rounds * nodes * (nodes - 1);
  const beside = ({ writes: { values: _, ...others } }) => Object.values(others).reduce((total, one) => total + one, 0);
  return {
    waits,
    recordsPerWait: count('waits') / waits,
    electionsPerRound: count('steward') / (batches.length * rounds),
    otherReads: reads,
    // On a busy machine some of them wait long after all, and cost what such a wait costs.
    perOtherRead:
      Math.max(
        0,
        sum(({ short }) => beside(short) - 2 * short.waits),
      ) / reads,
  };
}

function print({ nodes, stores: results }) {
  const number = (value, width = 9) => value.toFixed(1).padStart(width);
  console.log(`${nodes} nodes, a round       ms median  quart.1  quart.3   processor ms  messages (a node)`);
  for (const [name, { off, on, timeRatio, processorRatio, writes }] of Object.entries(results)) {
    for (const [what, { deliveredMs, processorMs, messages }] of [
      [`${name}: without`, off],
      [`${name}: with`, on],
    ]) {
      const times = [deliveredMs.median, deliveredMs.quartile1, deliveredMs.quartile3].map((value) => number(value));
      const rest = [number(processorMs.median, 13), messages === undefined ? '' : number(messages)];
      console.log(`${what.padEnd(22)} ${[...times, ...rest].join(' ')}`);
    }
    const { waits, recordsPerWait, electionsPerRound, otherReads, perOtherRead } = writes;
    console.log(
      `  with / without: time ${timeRatio.median.toFixed(2)} (batches ${timeRatio.min.toFixed(2)} to ${timeRatio.max.toFixed(2)}), ` +
        `processor ${processorRatio.median.toFixed(2)} (${processorRatio.min.toFixed(2)} to ${processorRatio.max.toFixed(2)})\n` +
        `  store writes: ${recordsPerWait.toFixed(2)} for each of ${waits} recorded waits, ${perOtherRead.toFixed(2)} for each of ${otherReads} other reads; ` +
        `the judge's own ${electionsPerRound.toFixed(2)} a round\n`,
    );
  }
}

await benchmark({ name: 'bookkeeping', help, options: { ...options, ...stores }, goal }, measure, print);
