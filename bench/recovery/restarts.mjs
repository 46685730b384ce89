import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort, startEtcd, startZookeeper } from '@heddle/testkit';
import { connectPair } from './pair.mjs';

const embeddedProgram = fileURLToPath(new URL('embedded-server.mjs', import.meta.url));

/** Kill a server and start it again, by store. Each sample tells the ms from the start to the ready server, and to the value. */
export const restarts = {
  embedded: async (scene, settings) => restartAgainAndAgain(await embeddedServer(scene), settings),
  zk: async (scene, settings) => {
    await scene.write({ 'restart-zk/.keep': '' });
    return restartAgainAndAgain(await startZookeeper({ directory: scene.path('restart-zk') }), settings);
  },
  etcd: async (scene, settings) => {
    await scene.write({ 'restart-etcd/.keep': '' });
    return restartAgainAndAgain(await startEtcd({ directory: scene.path('restart-etcd') }), settings);
  },
};

async function restartAgainAndAgain(server, { times, downMs }) {
  const samples = [];
  try {
    const pair = await connectPair(server.url, times + 1);
    await pair.deliver(0);
    for (let time = 1; time <= times; time += 1) {
      await server.kill();
      // The value is on its way, as far as that goes, while there is no server.
      const delivered = pair.deliver(time);
      await sleep(downMs);
      const startMs = performance.now();
      const ready = server.start().then(() => performance.now() - startMs);
      await delivered;
      const deliveredMs = performance.now() - startMs;
      samples.push({ deliveredMs, readyMs: await ready });
    }
    await pair.close();
  } finally {
    await server.close();
  }
  return samples;
}

/** The embedded store's server in a process of its own, so that it can be killed. */
async function embeddedServer(scene) {
  const port = await findFreePort();
  let running;
  const start = async () => {
    let told;
    const ready = new Promise((resolve) => {
      told = resolve;
    });
    running = scene.start(
      'embedded-server.log',
      process.execPath,
      [embeddedProgram, scene.path('embedded'), `${port}`],
      {
        onOutput: told,
      },
    );
    await Promise.race([ready, running.end]);
  };
  const kill = async () => {
    running.child.kill('SIGKILL');
    await running.end.catch(() => undefined);
  };
  await start();
  return { url: `heddle://127.0.0.1:${port}`, start, kill, close: kill };
}
