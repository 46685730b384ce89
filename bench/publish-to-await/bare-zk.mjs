import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { padding } from './padding.mjs';

const zookeeper = createRequire(new URL('../../packages/store-zk/package.json', import.meta.url))(
  'node-zookeeper-client',
);

/** What somebody writes with the client library alone: an exists watch, create, getData. */
export async function connect({ url, side, other }) {
  const client = zookeeper.createClient(new URL(url).host);
  await new Promise((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
  const call = (method, ...words) => promisify(client[method].bind(client))(...words);
  await call('mkdirp', `/bare/${side}`);
  const read = async (path) => {
    let tell;
    const created = new Promise((resolve) => {
      tell = resolve;
    });
    const found = await call('exists', path, () => tell());
    if (found === null || found === undefined) await created;
    // promisify gives the first result, which is the data.
    return JSON.parse(String(await call('getData', path))).text;
  };
  const write = (name, text) => call('create', `/bare/${side}/${name}`, Buffer.from(JSON.stringify({ text, padding })));
  return {
    read: (round) => read(`/bare/${other}/v${round}`),
    write: (round, text) => write(`v${round}`, text),
    async meet() {
      await write('ready', '');
      await call('mkdirp', `/bare/${other}`);
      await read(`/bare/${other}/ready`);
    },
    async close() {
      client.close();
    },
  };
}
