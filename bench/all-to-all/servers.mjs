import { readdir, readFile } from 'node:fs/promises';
import { serveEmbedded } from '@heddle/store-embedded';
import { startEtcd, startZookeeper } from '@heddle/testkit';

/** Fresh servers by store, each in a folder of its own: its URL, what it counted, what memory it has. */
export const servers = {
  async embedded(directory) {
    const server = await serveEmbedded(directory);
    // It serves inside this process, and counts nothing.
    return {
      url: server.url,
      messages: async () => undefined,
      memoryMb: async () => process.memoryUsage.rss() / 1e6,
      close: () => server.close(),
    };
  },
  async zk(directory) {
    const server = await startZookeeper({ directory });
    return {
      url: server.url,
      async messages() {
        const answer = await server.ask('mntr');
        const count = (name) => Number(new RegExp(`^zk_${name}\\s+(\\d+)`, 'm').exec(answer)?.[1]);
        return { received: count('packets_received'), sent: count('packets_sent') };
      },
      memoryMb: () => memoryOf(directory),
      close: () => server.close(),
    };
  },
  async etcd(directory) {
    const server = await startEtcd({ directory });
    return {
      url: server.url,
      async messages() {
        const text = await (await fetch(`http://${server.host}:${server.port}/metrics`)).text();
        const sum = (name) =>
          [...text.matchAll(new RegExp(`^grpc_server_msg_${name}_total\\{.*\\} (\\S+)$`, 'gm'))].reduce(
            (total, [, value]) => total + Number(value),
            0,
          );
        return { received: sum('received'), sent: sum('sent') };
      },
      memoryMb: () => memoryOf(directory),
      close: () => server.close(),
    };
  },
};

/** Resident memory of the process that has the folder on its command line, in MB. */
async function memoryOf(directory) {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (!words.includes(directory)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000;
  }
  throw new Error(`no process serves ${directory}`);
}
