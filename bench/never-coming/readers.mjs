// The readers web-FROM to web-(TO - 1) in one process: node readers.mjs URL FROM TO. Each is a node as its agent is.
import { openStore } from '@heddle/agent';
import { Awaiter, NodeSession, openEpoch, RoleReporter, readSlice, Stewardship, systemClock } from '@heddle/core';

const [url, from, to] = process.argv.slice(2);
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
async function start(index) {
  const store = await openStore(url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
  const epoch = await openEpoch(store, 'bench', '1');
  const node = `web-${index}`;
  const slice = await readSlice(store, epoch, node);
  const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
  const fail = (error) => {
    // What is only for messages may be missing, as with an agent.
    if (error.code !== 'unavailable') throw error;
  };
  new Stewardship(session, fail);
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
