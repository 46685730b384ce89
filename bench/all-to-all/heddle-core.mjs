import { readFileSync } from 'node:fs';
import { openStore } from '@heddle/agent';
import { Awaiter, NodeSession, openEpoch, publish, RoleReporter, readSlice, systemClock } from '@heddle/core';

const granted = process.env.BENCH_CREDENTIALS && JSON.parse(readFileSync(process.env.BENCH_CREDENTIALS, 'utf8'));

/** A node as its agent is: member, role records, guards, publish, gather. */
export async function connect({ url, index, value }) {
  const credentials = granted ? { credentials: granted[index] } : {};
  const store = await openStore(url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000, ...credentials });
  const epoch = await openEpoch(store, 'bench', '1');
  const node = `web-${index}`;
  const slice = await readSlice(store, epoch, node);
  const [role] = slice.node.roles;
  const failed = (error) => {
    // What is only for messages may be missing, as with an agent; and records may still have to be cleared away when the connection goes.
    if (!['unavailable', 'closed'].includes(error.code)) throw error;
  };
  let awaiter;
  return {
    async exchange() {
      const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
      awaiter = new Awaiter(session, slice, {
        waiting: () => undefined,
        stillWaiting: () => undefined,
        recordFailed: failed,
      });
      const reporter = new RoleReporter(session, role.name);
      await reporter.update({ state: 'running', startedAt: new Date().toISOString() });
      await publish(session, { role: role.name, output: role.outputs[0], value });
      const request = { role: role.name, input: role.inputs[0], directory: '/', local: () => undefined };
      const read = await awaiter.await(request);
      await reporter.end({ state: 'done', exitCode: 0 });
      return read.value;
    },
    async close() {
      // The connection goes, and with it what hangs on it: a thousand elections need not be held for that.
      await store.close();
    },
  };
}
