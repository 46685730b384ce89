// All nodes of a batch: node child.mjs URL on|off NODES ROUNDS HOLD_MS. Says when it is ready, plays when it is told to, tells what it was.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNode } from '../lib/core-node.mjs';
import { countedStore } from './counted-store.mjs';

const [url, kind, ...numbers] = process.argv.slice(2);
const [count, rounds, holdMs] = numbers.map(Number);
const isOn = kind === 'on';
/** Longer than it takes until what belonged to a wait is cleared away. */
const clearedMs = 2000;
const writes = {};
const wrap = (store, keys) => countedStore(store, keys, { isOn, writes });
const names = Array.from({ length: count }, (_, index) => `n${index}`);
const nodes = await Promise.all(names.map((name) => connectNode({ url, name, wrap, isJudged: isOn })));
let recorded = 0;
for (const node of nodes) {
  node.onRecorded(() => {
    recorded += 1;
  });
}

/** All read from all; ms from the publishing, `heldMs` later, until the last one has all values. */
async function exchange(output, heldMs) {
  const reads = nodes.map(async (node) => {
    // One after the other, as a recipe does: the first one waits.
    for (const other of names) {
      if (other === node.name) continue;
      const value = await node.read(`${other}.${output}`);
      if (value !== valueOf(other, output)) throw new Error(`${node.name} read ${JSON.stringify(value)} of ${other}`);
    }
  });
  await sleep(heldMs);
  const publishedMs = performance.now();
  await Promise.all([...nodes.map((node) => node.publish(output, valueOf(node.name, output))), ...reads]);
  return performance.now() - publishedMs;
}

function valueOf(name, output) {
  return `${output} of ${name} `.padEnd(200, 'x');
}

/** What all rounds of one kind came to; what is to be cleared away is part of the price. */
async function play(letter, heldMs) {
  for (const name of Object.keys(writes)) delete writes[name];
  recorded = 0;
  const before = process.cpuUsage();
  const deliveredMs = [];
  for (let round = 0; round < rounds; round += 1) {
    deliveredMs.push(await exchange(`${letter}${round}`, heldMs));
  }
  await sleep(clearedMs);
  const { user, system } = process.cpuUsage(before);
  return { deliveredMs, processorMs: (user + system) / 1000, waits: isOn ? recorded : 0, writes: { ...writes } };
}

const words = {
  long: () => play('v', holdMs),
  short: () => play('s', 0),
  close: () => Promise.all(nodes.map((node) => node.close())),
};
process.on('message', async (word) => {
  const answer = await words[word]();
  process.send(answer, () => {
    if (word === 'close') process.exit(0);
  });
});
process.send('ready');
