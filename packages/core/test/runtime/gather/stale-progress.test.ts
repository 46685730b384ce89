import { NodeSession, type Store, startEpoch, systemClock } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { GatherReader } from '../../../src/runtime/gather/gather-reader.ts';
import { openFixtureStore, planOf } from '../fixture.ts';

const plan = planOf({
  web: { count: 2, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
  lb: { roles: [{ name: 'balancer', inputs: { some: { $gather: 'web.ip', atLeast: 1 } } }] },
});

it('an answer that is older than what the watch has told meanwhile hides no member that is there', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const progressKey = epoch.keys.gatherProgress('web', 'ip', 2);
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let tellTold: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tellTold = resolve;
  });
  const slow: Store = {
    ...store,
    async get(key, options) {
      const entry = await store.get(key, options);
      if (key.join() === progressKey.join()) await held;
      return entry;
    },
    watch: (prefix, handler, options) =>
      store.watch(
        prefix,
        {
          ...handler,
          state(entry) {
            handler.state(entry);
            if (Buffer.from(entry.value).includes('"new"') && prefix.join() === progressKey.join()) tellTold();
          },
        },
        options,
      ),
  };
  const writer = await NodeSession.begin({ store, epoch, node: 'web-0', clock: systemClock });
  await writer.write(progressKey, { writer: 'old', present: [] });
  const session = await NodeSession.begin({ store: slow, epoch, node: 'lb', clock: systemClock });
  const need = { kind: 'gather', group: 'web', output: 'ip', count: 2, segments: [], atLeast: 1, as: 'list' } as const;
  let reader: GatherReader | undefined;
  const outcome = new Promise<readonly string[]>((resolve, reject) => {
    reader = new GatherReader(session, need, () => Promise.resolve(), {
      complete: (values) => resolve([...values.keys()]),
      never: (member) => reject(new Error(`${member} never comes`)),
      error: reject,
    });
  });
  onTestFinished(() => reader?.stop());
  reader?.start();
  const refreshed = reader?.refresh();
  await writer.write(epoch.keys.value('web-0', 'ip'), { value: '10.0.0.1' });
  await writer.write(progressKey, { writer: 'new', present: ['web-0'] });
  await told;
  answer();
  await refreshed;
  await writer.write(epoch.keys.gatherHead('web', 'ip', 2), { writer: 'new', generation: 0, failed: {} });
  expect(await outcome).toEqual(['web-0']);
});
