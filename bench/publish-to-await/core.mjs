import { openStore } from '@heddle/agent';
import { Awaiter, NodeSession, openEpoch, publish, readSlice, systemClock } from '@heddle/core';

/** Heddle's own way, from core to core: publish under the guards of epoch and incarnation, await with its record and deadline. */
export async function connect({ url, side, other }) {
  const store = await openStore(url);
  const epoch = await openEpoch(store, 'bench', '1');
  const session = await NodeSession.begin({ store, epoch, node: side, clock: systemClock });
  const slice = await readSlice(store, epoch, side);
  const [role] = slice.node.roles;
  const failed = (error) => {
    throw error;
  };
  const awaiter = new Awaiter(session, slice, {
    waiting: () => undefined,
    stillWaiting: () => undefined,
    recordFailed: failed,
  });
  const awaitOutput = async (name) => {
    const input = role.inputs.find(({ path }) => path.join('.') === `${other}.${name}`);
    const request = { role: role.name, input, directory: '/', local: () => undefined };
    return (await awaiter.await(request)).value;
  };
  const publishOutput = (name, value) => {
    const output = role.outputs.find((candidate) => candidate.name === name);
    return publish(session, { role: role.name, output, value });
  };
  return {
    read: (round) => awaitOutput(`v${round}`),
    write: (round, text) => publishOutput(`v${round}`, text),
    async meet() {
      await publishOutput('ready', true);
      await awaitOutput('ready');
    },
    async close() {
      await awaiter.close();
      await store.close();
    },
  };
}
