import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const zookeeper = createRequire(new URL('../../packages/store-zk/package.json', import.meta.url))(
  'node-zookeeper-client',
);

/** What somebody writes with the client library alone: an exists watch on the aggregate, a child watch for who collects. */
export async function connect({ url, index, count, value }) {
  const client = zookeeper.createClient(new URL(url).host, { sessionTimeout: 60_000 });
  await new Promise((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
  const call = (method, ...words) => promisify(client[method].bind(client))(...words);
  if (index === 0) await call('mkdirp', '/bare');
  return {
    async exchange() {
      await call('create', `/v-${index}`, Buffer.from(value));
      if (index === 0) {
        const values = await collect(call, count);
        await call('create', '/bare/aggregate', Buffer.from(JSON.stringify(values)));
      }
      let tell;
      const created = new Promise((resolve) => {
        tell = resolve;
      });
      const found = await call('exists', '/bare/aggregate', () => tell());
      if (found === null || found === undefined) await created;
      // promisify gives the first result, which is the data.
      return JSON.parse(String(await call('getData', '/bare/aggregate')));
    },
    async close() {
      client.close();
    },
  };
}

async function collect(call, count) {
  for (;;) {
    let tell;
    const changed = new Promise((resolve) => {
      tell = resolve;
    });
    const names = await call('getChildren', '/', () => tell());
    if (names.filter((name) => name.startsWith('v-')).length === count) break;
    await changed;
  }
  const paths = Array.from({ length: count }, (_, index) => `/v-${index}`);
  return Promise.all(paths.map(async (path) => String(await call('getData', path))));
}
