// The readers web-FROM to web-(TO - 1) in one process: node readers.mjs KIND ended|lost URL FROM TO. Each is a node as its agent is; of the
// kind `floor`, a connection to the store that does no more than is needed: it watches the role, or the agent, and is told when that has
// ended.
import { openStore } from '@heddle/agent';
import { decodeRecord, openEpoch, RoleReporter } from '@heddle/core';
import { connectNode } from '../lib/core-node.mjs';

const [kind, cause, url, from, to] = process.argv.slice(2);
const start = { heddle: startNode, floor: startFloor }[kind];
const connectionsAtOnce = 25;

const indexes = Array.from({ length: to - from }, (_, index) => Number(from) + index);
const readers = [];
const startNext = async () => {
  for (let index = indexes.shift(); index !== undefined; index = indexes.shift()) readers.push(await start(index));
};
await Promise.all(Array.from({ length: connectionsAtOnce }, startNext));
await Promise.all(readers.map(({ recorded }) => recorded));
process.send('waiting');
const times = await Promise.all(readers.map(({ failed }) => failed));
process.send(times, () => process.exit(0));

/** Begin a node and its read. `recorded` resolves when the wait is in the store, `failed` with the moment of its error. */
async function startNode(index) {
  const node = await connectNode({ url, name: `web-${index}` });
  const recorded = new Promise((resolve) => {
    node.onRecorded(resolve);
  });
  await new RoleReporter(node.session, 'play').update({ state: 'running', startedAt: new Date().toISOString() });
  const failed = node.read('port').then(
    () => {
      throw new Error('a value came that nobody wrote');
    },
    (error) => {
      const now = String(process.hrtime.bigint());
      if (error.code !== { ended: 'producer-failed', lost: 'producer-lost' }[cause]) throw error;
      return now;
    },
  );
  return { recorded, failed };
}

async function startFloor() {
  const store = await openStore(url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
  const epoch = await openEpoch(store, 'bench', '1');
  let synced;
  const recorded = new Promise((resolve) => {
    synced = resolve;
  });
  const failed = new Promise((resolve, reject) => {
    const end = () => resolve(String(process.hrtime.bigint()));
    const handler = {
      state: ({ value }) => {
        if (cause === 'ended' && decodeRecord(value).state === 'failed') end();
      },
      gone: () => {
        if (cause === 'lost') end();
      },
      synced,
      status: () => undefined,
      failed: reject,
    };
    const key = cause === 'lost' ? epoch.keys.member('db') : epoch.keys.role('db', 'play');
    store.watch(key, handler, { below: false });
  });
  return { recorded, failed };
}
