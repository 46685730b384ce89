import { createRequire } from 'node:module';

const { Etcd3 } = createRequire(new URL('../../packages/store-etcd/package.json', import.meta.url))('etcd3');

/** What somebody writes with the client library alone: a watcher on the aggregate, and one on the prefix for who collects. */
export async function connect({ url, index, count, value }) {
  const client = new Etcd3({ hosts: `http://${new URL(url).host}`, grpcOptions: { 'grpc.enable_http_proxy': 0 } });
  await client.get('bare/hello');
  return {
    async exchange() {
      await client.put(`bare/values/${index}`).value(value);
      if (index === 0) await client.put('bare/aggregate').value(JSON.stringify(await collect(client, count)));
      const watcher = await client.watch().key('bare/aggregate').create();
      const told = new Promise((resolve, reject) => {
        watcher.once('put', ({ value: bytes }) => resolve(String(bytes)));
        watcher.once('error', reject);
      });
      const text = (await client.get('bare/aggregate').string()) ?? (await told);
      await watcher.cancel();
      return JSON.parse(text);
    },
    async close() {
      client.close();
    },
  };
}

async function collect(client, count) {
  const values = new Map();
  const watcher = await client.watch().prefix('bare/values/').create();
  const all = new Promise((resolve, reject) => {
    watcher.on('put', ({ key, value }) => {
      values.set(String(key), String(value));
      if (values.size === count) resolve();
    });
    watcher.once('error', reject);
  });
  for (const [key, value] of Object.entries(await client.getAll().prefix('bare/values/').strings()))
    values.set(`bare/values/${key.replace('bare/values/', '')}`, value);
  if (values.size < count) await all;
  await watcher.cancel();
  return Array.from({ length: count }, (_, index) => values.get(`bare/values/${index}`));
}
