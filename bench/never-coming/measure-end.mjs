import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { compile, startEpoch } from '@heddle/core';
import { servers } from '../all-to-all/servers.mjs';

const child = fileURLToPath(new URL('readers.mjs', import.meta.url));
const producer = fileURLToPath(new URL('producer.mjs', import.meta.url));

/** Start an epoch: one node `db`, whose role writes nothing, and a group of readers. */
async function startBenchEpoch(store, readers, graceS) {
  const roles = (more) => [{ name: 'play', command: ['true'], ...more }];
  const nodes = {
    db: { roles: roles({ outputs: { port: 'port' } }) },
    web: { count: readers, roles: roles({ inputs: { port: '${db.port}' } }) },
  };
  const text = JSON.stringify({
    heddle: 1,
    deployment: 'bench',
    ...(graceS > 0 ? { grace: `${graceS}s` } : {}),
    nodes,
  });
  await startEpoch(store, compile(text, { file: 'bench', directory: '/' }));
}

/**
 * Let readers wait on a fresh server, then end the role that should have written, or kill its agent.
 *
 * @param kind   `heddle`, or `floor`: the store alone.
 * @param cause  `ended`, or `lost`.
 * @returns Ms from the call that writes the end record, or from the kill, until the error of each reader.
 */
export async function measureEnd(scene, { kind, store: name, cause, graceS, readers, perProcess, run }) {
  const folder = `${name}-${kind}-${run}`;
  await scene.write({ [`${folder}/.keep`]: '', [`${folder}-server/.keep`]: '' });
  const server = await servers[name](scene.path(`${folder}-server`));
  const children = [];
  const start = (log, ...words) => {
    const started = scene.start(`${folder}/${log}.log`, process.execPath, words.map(String), { ipc: true });
    children.push(started);
    return started;
  };
  try {
    const store = await openStore(server.url);
    await startBenchEpoch(store, readers, graceS).finally(() => store.close());
    const agent = start('db', producer, server.url);
    await told(agent);
    const processes = [];
    for (let from = 0; from < readers; from += perProcess)
      processes.push(start(from, child, kind, cause, server.url, from, Math.min(readers, from + perProcess)));
    // Each tells once that all its readers are recorded, and once when each of them has its error.
    await Promise.all(processes.map(told));
    const errors = Promise.all(processes.map(told));
    const endedAt = cause === 'lost' ? kill(agent) : await end(agent);
    const times = (await errors).flat();
    await Promise.all(processes.map((one) => one.end));
    return times.map((time) => Number(BigInt(time) - endedAt) / 1e6);
  } finally {
    for (const one of children) one.child.kill('SIGKILL');
    await server.close();
  }
}

function kill(agent) {
  const killedAt = process.hrtime.bigint();
  agent.child.kill('SIGKILL');
  return killedAt;
}

async function end(agent) {
  const answer = told(agent);
  agent.child.send('end');
  return BigInt(await answer);
}

async function told({ child: one, end: ending }) {
  const message = once(one, 'message');
  // A child that ends tells nothing more; its end says why.
  message.catch(() => undefined);
  const ended = ending.then(() => {
    throw new Error('a child ended before it had told all');
  });
  ended.catch(() => undefined);
  return (await Promise.race([message, ended]))[0];
}
