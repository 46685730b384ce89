import { type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';
import { told } from './election.ts';

const plan = planOf({
  ops: { roles: [{ name: 'keys', outputs: { key: 'key' } }] },
  box: {
    count: 1,
    roles: [{ name: 'first', inputs: { now: '${ops.key}', late: '${box[*].late}' }, outputs: { late: 'late' } }],
  },
});

it('a steward whose office was gone before it judged stands again when its verdict is refused', async () => {
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, plan);
  let verdicts = 0;
  const store: Store = {
    ...real,
    async put(key, value, options) {
      if (key.includes('verdicts')) verdicts += 1;
      if (verdicts === 1 && key.includes('verdicts')) {
        const election = await real.get(epoch.keys.steward());
        await real.delete(epoch.keys.steward(), { expect: { rev: election?.rev ?? '' } });
        // Watches of one store are told in the order in which they were made.
        await told(real, epoch, 'gone');
      }
      return real.put(key, value, options);
    },
  };
  const box = await TestNode.begin(store, epoch, plan, 'box-0');
  await expect(box.read('first', 'late')).rejects.toMatchObject({ code: 'deadlock' });
  expect(verdicts).toBe(2);
});

it('what a former watch of the election still tells does not hide from an agent that there is no steward', async () => {
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, plan);
  let watches = 0;
  const store: Store = {
    ...real,
    watch(prefix, handler, options) {
      if (prefix.at(-1) !== 'steward') return real.watch(prefix, handler, options);
      watches += 1;
      if (watches > 1) return real.watch(prefix, handler, options);
      const late: (() => void)[] = [];
      const state: typeof handler.state = (entry) => void late.push(() => handler.state(entry));
      const watch = real.watch(prefix, { ...handler, state }, options);
      return {
        async close() {
          for (const tell of late) tell();
          await watch.close();
        },
      };
    },
  };
  const box = await TestNode.begin(store, epoch, plan, 'box-0');
  const ops = await TestNode.begin(real, epoch, plan, 'ops');
  const reading = box.read('first', 'now');
  await told(real, epoch, 'state');
  await ops.publish('keys', 'key', 'secret');
  await reading;
  await told(real, epoch, 'gone');
  await expect(box.read('first', 'late')).rejects.toMatchObject({ code: 'deadlock' });
});
