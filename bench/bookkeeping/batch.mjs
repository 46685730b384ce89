import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { compile, startEpoch } from '@heddle/core';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * Run the rounds of one batch on a fresh server, all nodes in one process of their own.
 *
 * @param kind  `on`, or `off`: nothing of waits is written to the store, and nobody judges them.
 * @returns Of the rounds in which everybody waits: `deliveredMs` by round, `processorMs` of the process, how many `waits` were recorded, the nodes'
 *   `writes` by what they are for, `messages` of the server (undefined: it counts none); under `short` the same of rounds in which nobody waits long.
 */
export async function runBatch(scene, folder, kind, server, { nodes, rounds, hold }) {
  await startBenchEpoch(server.url, nodes, rounds);
  const words = [child, server.url, kind, nodes, rounds, hold].map(String);
  const { child: process_, end } = scene.start(`${folder}/child.log`, process.execPath, words, { ipc: true });
  const ended = end.then(() => {
    throw new Error('the nodes ended before they were through');
  });
  ended.catch(() => undefined);
  const told = async () => (await Promise.race([once(process_, 'message'), ended]))[0];
  const ask = (word) => {
    const answer = told();
    process_.send(word);
    return answer;
  };
  try {
    await told();
    const before = await server.messages();
    const long = await ask('long');
    const after = await server.messages();
    const short = await ask('short');
    await ask('close');
    const messages = after && after.received + after.sent - before.received - before.sent;
    return { ...long, messages, short };
  } finally {
    process_.kill('SIGKILL');
  }
}

/** Start an epoch of nodes n0 to n(N-1): one role of each writes, another one reads what all others write, so that nobody waits in a circle. */
async function startBenchEpoch(url, count, rounds) {
  const names = Array.from({ length: rounds }, (_, round) => [`v${round}`, `s${round}`]).flat();
  const all = Array.from({ length: count }, (_, index) => `n${index}`);
  const node = (own) => {
    const others = all.filter((name) => name !== own);
    const inputs = others.flatMap((other) => names.map((name) => [`${other}.${name}`, `\${${other}.${name}}`]));
    const outputs = names.map((name) => [name, name]);
    return {
      roles: [
        { name: 'write', command: ['true'], outputs: Object.fromEntries(outputs) },
        { name: 'read', command: ['true'], inputs: Object.fromEntries(inputs) },
      ],
    };
  };
  const nodes = Object.fromEntries(all.map((name) => [name, node(name)]));
  const text = JSON.stringify({ heddle: 1, deployment: 'bench', nodes });
  const store = await openStore(url);
  try {
    await startEpoch(store, compile(text, { file: 'bench', directory: '/' }));
  } finally {
    await store.close();
  }
}
