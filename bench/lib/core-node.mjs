import { openStore } from '@heddle/agent';
import { Awaiter, NodeSession, openEpoch, publish, readSlice, Stewardship, systemClock } from '@heddle/core';

/**
 * A node as its agent is, from core on: a connection, an incarnation, recorded waits, its part in judging them.
 *
 * @param wrap      Gets the store and the epoch's keys, answers the store to use.
 * @param isJudged  False: nobody judges its waits. @default true
 * @param sessionTimeoutMs  Ms until its liveness entries go when it is gone; long, so that a busy machine does not end it. @default 60_000
 */
export async function connectNode({ url, name, wrap = (store) => store, isJudged = true, sessionTimeoutMs = 60_000 }) {
  const connection = await openStore(url, { sessionTimeoutMs, connectTimeoutMs: 60_000 });
  const epoch = await openEpoch(connection, 'bench', '1');
  const store = wrap(connection, epoch.keys);
  const slice = await readSlice(store, epoch, name);
  const failed = (error) => {
    // As with an agent: what is only for messages may be missing.
    if (error.code !== 'unavailable') throw error;
  };
  const session = await NodeSession.begin({ store, epoch, node: name, clock: systemClock });
  let recorded = () => undefined;
  const awaiter = new Awaiter(session, slice, {
    waiting: (record) => recorded(record),
    stillWaiting: () => undefined,
    recordFailed: failed,
  });
  const stewardship = isJudged ? new Stewardship(session, failed) : undefined;
  const inputs = slice.node.roles.flatMap((role) =>
    role.inputs.map((input) => [input.path.join('.'), { role: role.name, input }]),
  );
  const outputs = slice.node.roles.flatMap((role) =>
    role.outputs.map((output) => [output.name, { role: role.name, output }]),
  );
  const byInput = new Map(inputs);
  const byOutput = new Map(outputs);
  return {
    name,
    session,
    /** Call `tell` with the record of each wait once it is in the store. */
    onRecorded(tell) {
      recorded = tell;
    },
    async read(path) {
      const result = await awaiter.await({ ...byInput.get(path), directory: '/', local: () => undefined });
      return result.value;
    },
    publish: (name_, value) => publish(session, { ...byOutput.get(name_), value }),
    async close() {
      await awaiter.close();
      await stewardship?.close();
      await connection.close();
    },
  };
}
