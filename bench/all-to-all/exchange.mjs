import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { compile, startEpoch } from '@heddle/core';
import { servers } from './servers.mjs';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * Let N nodes exchange their values on a fresh server.
 *
 * @param kind  `heddle`, or `bare`: the client library alone.
 * @returns Times in ms, messages of the exchange as the server counted them, memory in MB.
 */
export async function exchange(
  scene,
  { store, kind, count, run, 'per-process': perProcess, operations = false, granted = false },
) {
  const folder = `${store}-${kind}-${count}-${run}`;
  await scene.write({ [`${folder}/.keep`]: '', [`${folder}-server/.keep`]: '' });
  const server = await servers[store](scene.path(`${folder}-server`));
  const children = [];
  try {
    const credentials = kind === 'heddle' ? await startBenchEpoch(server.url, count, granted) : undefined;
    if (credentials !== undefined) await scene.write({ [`${folder}/credentials.json`]: JSON.stringify(credentials) });
    const grants = credentials === undefined ? {} : { BENCH_CREDENTIALS: scene.path(`${folder}/credentials.json`) };
    for (let from = 0; from < count; from += perProcess) {
      const to = Math.min(count, from + perProcess);
      const words = [
        ...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : []),
        child,
        `${kind}-${kind === 'bare' ? store : 'core'}`,
        server.url,
        from,
        to,
        count,
      ].map(String);
      const env = { ...grants, ...(operations && store === 'zk' ? { COUNT_OPERATIONS: '1' } : {}) };
      children.push(scene.start(`${folder}/${from}.log`, process.execPath, words, { ipc: true, env }));
    }
    const before = await server.memoryMb();
    const loginMs = await phase(children, 'login');
    const messagesBefore = await server.messages();
    const exchangeMs = await phase(children, 'exchange');
    const messagesAfter = await server.messages();
    const after = await server.memoryMb();
    const reports = await Promise.all(children.map((one) => ask(one, 'report')));
    await phase(children, 'close');
    return {
      loginMs,
      exchangeMs,
      messages: messagesAfter && {
        received: messagesAfter.received - messagesBefore.received,
        sent: messagesAfter.sent - messagesBefore.sent,
      },
      serverMb: { before, after },
      clientMb: reports.reduce((sum, { rssMb }) => sum + rssMb, 0),
      ...(operations && store === 'zk' ? { operations: summed(reports) } : {}),
    };
  } finally {
    for (const one of children) one.child.kill('SIGKILL');
    await server.close();
  }
}

/** From the word to all children until the last one is through with it, in ms. */
async function phase(children, word) {
  const startMs = performance.now();
  await Promise.all(children.map((one) => ask(one, word)));
  return performance.now() - startMs;
}

async function ask({ child: one, end }, word) {
  const answer = once(one, 'message');
  // A child that ends answers no more; its end says why.
  answer.catch(() => undefined);
  one.send(word);
  const ended = end.then(() => {
    throw new Error(`a child ended before it was through with ${word}`);
  });
  ended.catch(() => undefined);
  const [said] = await Promise.race([answer, ended]);
  return said;
}

function summed(reports) {
  const total = {};
  for (const { operations } of reports) {
    for (const [name, counts] of Object.entries(operations)) {
      total[name] ??= { login: 0, exchange: 0 };
      for (const when of ['login', 'exchange']) total[name][when] += counts[when] ?? 0;
    }
  }
  return Object.fromEntries(Object.entries(total).sort(([a], [b]) => a.localeCompare(b)));
}

/** Answers the credentials of each node, in order, where each has its own. */
async function startBenchEpoch(url, count, granted) {
  const role = {
    name: 'app',
    command: ['true'],
    inputs: { peers: `\${web[*].ip}` },
    outputs: { ip: 'ip' },
  };
  const text = JSON.stringify({ heddle: 1, deployment: 'bench', nodes: { web: { count, roles: [role] } } });
  const administrator = { user: 'bench', password: 'of-the-administrator' };
  const store = await openStore(url, granted ? { credentials: administrator } : {});
  try {
    const plan = compile(text, { file: 'bench', directory: '/' });
    const { credentials } = await startEpoch(store, plan, { access: granted ? 'node' : 'shared' });
    return credentials && plan.nodes.map(({ name }) => credentials.get(name));
  } finally {
    await store.close();
  }
}
