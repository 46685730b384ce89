import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { compile, NodeSession, openEpoch, RoleReporter, startEpoch, systemClock } from '@heddle/core';
import { servers } from '../all-to-all/servers.mjs';

const child = fileURLToPath(new URL('readers.mjs', import.meta.url));

/** Start an epoch: one node `db`, whose role writes nothing, and a group of readers. Answers the epoch. */
async function startBenchEpoch(store, readers) {
  const roles = (more) => [{ name: 'play', command: ['true'], ...more }];
  const nodes = {
    db: { roles: roles({ outputs: { port: 'port' } }) },
    web: { count: readers, roles: roles({ inputs: { port: '${db.port}' } }) },
  };
  const text = JSON.stringify({ heddle: 1, deployment: 'bench', nodes });
  await startEpoch(store, compile(text, { file: 'bench', directory: '/' }));
  return openEpoch(store, 'bench', '1');
}

/**
 * Let readers wait on a fresh server, then end the role that should have written.
 *
 * @param kind  `heddle`, or `floor`: the store alone.
 * @returns Ms from the call that writes the end record until the error of each reader.
 */
export async function measureEnd(scene, { kind, store: name, readers, perProcess, run }) {
  const folder = `${name}-${kind}-${run}`;
  await scene.write({ [`${folder}/.keep`]: '', [`${folder}-server/.keep`]: '' });
  const server = await servers[name](scene.path(`${folder}-server`));
  const children = [];
  let store;
  try {
    store = await openStore(server.url, { sessionTimeoutMs: 60_000 });
    const epoch = await startBenchEpoch(store, readers);
    const session = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
    const reporter = new RoleReporter(session, 'play');
    await reporter.update({ state: 'running', startedAt: new Date().toISOString() });
    for (let from = 0; from < readers; from += perProcess) {
      const words = [child, kind, server.url, from, Math.min(readers, from + perProcess)].map(String);
      children.push(scene.start(`${folder}/${from}.log`, process.execPath, words, { ipc: true }));
    }
    // Each tells once that all its readers are recorded, and once when each of them has its error.
    await Promise.all(children.map(told));
    const errors = children.map(told);
    const endedAt = process.hrtime.bigint();
    await reporter.end({ state: 'failed', exitCode: 1 });
    const times = (await Promise.all(errors)).flat();
    await Promise.all(children.map(({ end }) => end));
    return times.map((time) => Number(BigInt(time) - endedAt) / 1e6);
  } finally {
    for (const one of children) one.child.kill('SIGKILL');
    await store?.close();
    await server.close();
  }
}

async function told({ child: one, end }) {
  const message = once(one, 'message');
  // A child that ends tells nothing more; its end says why.
  message.catch(() => undefined);
  const ended = end.then(() => {
    throw new Error('a child ended before it had told all');
  });
  ended.catch(() => undefined);
  return (await Promise.race([message, ended]))[0];
}
