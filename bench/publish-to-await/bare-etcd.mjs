import { createRequire } from 'node:module';
import { padding } from './padding.mjs';

const { Etcd3 } = createRequire(new URL('../../packages/store-etcd/package.json', import.meta.url))('etcd3');

/** What somebody writes with the client library alone: a watcher on the key, put. The event holds the value. */
export async function connect({ url, side, other }) {
  const client = new Etcd3({ hosts: `http://${new URL(url).host}`, grpcOptions: { 'grpc.enable_http_proxy': 0 } });
  let closing = Promise.resolve();
  const read = async (key) => {
    const watcher = await client.watch().key(key).create();
    const told = new Promise((resolve, reject) => {
      watcher.once('put', ({ value }) => resolve(String(value)));
      watcher.once('error', reject);
    });
    const { text } = JSON.parse((await client.get(key).string()) ?? (await told));
    // The reader goes on; what it has to clear away is not what is measured.
    closing = closing.then(() => watcher.cancel());
    return text;
  };
  const write = async (name, text) => {
    await client.put(`bare/${side}/${name}`).value(JSON.stringify({ text, padding }));
  };
  return {
    read: (round) => read(`bare/${other}/v${round}`),
    write: (round, text) => write(`v${round}`, text),
    async meet() {
      await write('ready', '');
      await read(`bare/${other}/ready`);
    },
    async close() {
      await closing;
      client.close();
    },
  };
}
