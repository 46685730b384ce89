// The readers web-FROM to web-(TO - 1) in one process: node readers.mjs KIND URL FROM TO. Each is a node as its agent is; of the kind
// `floor`, a connection to the store that does no more than is needed: it watches the role, and reads the value once it has ended.
import { openStore } from '@heddle/agent';
import {
  Awaiter,
  decodeRecord,
  NodeSession,
  openEpoch,
  RoleReporter,
  readSlice,
  Stewardship,
  systemClock,
} from '@heddle/core';

const [kind, url, from, to] = process.argv.slice(2);
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

async function connect() {
  const store = await openStore(url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
  return { store, epoch: await openEpoch(store, 'bench', '1') };
}

/** Begin a node and its read. `recorded` resolves when the wait is in the store, `failed` with the moment of its error. */
async function startNode(index) {
  const { store, epoch } = await connect();
  const node = `web-${index}`;
  const slice = await readSlice(store, epoch, node);
  const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
  const fail = (error) => {
    // What is only for messages may be missing, as with an agent.
    if (error.code !== 'unavailable') throw error;
  };
  // As with an agent: it looks for verdicts of its waits, and may become steward.
  session.judge = new Stewardship(session, fail);
  let waiting;
  const recorded = new Promise((resolve) => {
    waiting = resolve;
  });
  const awaiter = new Awaiter(session, slice, { waiting, stillWaiting: () => undefined, recordFailed: fail });
  const [role] = slice.node.roles;
  await new RoleReporter(session, role.name).update({ state: 'running', startedAt: new Date().toISOString() });
  const read = awaiter.await({ role: role.name, input: role.inputs[0], directory: '/', local: () => undefined });
  const failed = read.then(
    () => {
      throw new Error('a value came that nobody wrote');
    },
    (error) => {
      const now = String(process.hrtime.bigint());
      if (error.code !== 'producer-failed') throw error;
      return now;
    },
  );
  return { recorded, failed };
}

async function startFloor() {
  const { store, epoch } = await connect();
  let synced;
  const recorded = new Promise((resolve) => {
    synced = resolve;
  });
  const failed = new Promise((resolve, reject) => {
    const end = async () => {
      await store.get(epoch.keys.value('db', 'port'));
      resolve(String(process.hrtime.bigint()));
    };
    const handler = {
      state: ({ value }) => {
        if (decodeRecord(value).state === 'failed') end().catch(reject);
      },
      gone: () => undefined,
      synced,
      status: () => undefined,
      failed: reject,
    };
    store.watch(epoch.keys.role('db', 'play'), handler, { below: false });
  });
  return { recorded, failed };
}
