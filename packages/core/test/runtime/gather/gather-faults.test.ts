import { HeddleError, type Key, type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { Election } from '../../../src/runtime/gather/election.ts';
import { GatherReader } from '../../../src/runtime/gather/gather-reader.ts';
import { openFixtureStore, planOf, refusing, TestNode } from '../fixture.ts';

const plan = planOf({
  web: { count: 2, roles: [{ name: 'app', inputs: { peers: '${web[*].ip}' }, outputs: { ip: 'ip' } }] },
});

it('a gather goes on after its writer met a store that did not answer', async () => {
  const store = await openFixtureStore();
  let isAway = false;
  let refused: () => void = () => undefined;
  const met = new Promise<void>((resolve) => {
    refused = resolve;
  });
  const flaky: Store = {
    ...store,
    put(key, value, options) {
      if (isAway && key.includes('gathers')) {
        refused();
        return Promise.reject(new HeddleError('unavailable', 'the store does not answer'));
      }
      return store.put(key, value, options);
    },
  };
  const epoch = await startEpoch(store, plan);
  const one = await TestNode.begin(flaky, epoch, plan, 'web-0');
  const other = await TestNode.begin(store, epoch, plan, 'web-1');
  const recorded = one.nextRecord();
  const reading = one.read('app', 'peers');
  await recorded;
  isAway = true;
  await one.publish('app', 'ip', 'zero');
  await other.publish('app', 'ip', 'one');
  await met;
  isAway = false;
  expect((await reading).value).toEqual(['zero', 'one']);
});

it('a gather that its writer may not collect ends its read with denied, and another reader writes it', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const other = await TestNode.begin(store, epoch, plan, 'web-1');
  const isRefused = (key: Key): boolean => key.join('/') === epoch.keys.value('web-1', 'ip').join('/');
  const one = await TestNode.begin(refusing(store, isRefused), epoch, plan, 'web-0');
  const reading = one.read('app', 'peers');
  await expect(reading).rejects.toMatchObject({ code: 'denied' });
  expect(one.failures.map(({ message }) => message)).toEqual(['no right to read it']);
  await one.publish('app', 'ip', 'zero');
  await other.publish('app', 'ip', 'one');
  expect((await other.read('app', 'peers')).value).toEqual(['zero', 'one']);
});

it('a gather whose head may not be watched ends its read with denied', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const isRefused = (key: Key): boolean => key.includes('gathers');
  const one = await TestNode.begin(refusing(store, isRefused), epoch, plan, 'web-0');
  await expect(one.read('app', 'peers')).rejects.toMatchObject({ code: 'denied' });
});

it('a candidacy that the store did not take is taken up again, although reads work all the time', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const { session } = await TestNode.begin(store, epoch, plan, 'web-0');
  let candidacies = 0;
  let stand: () => void = () => undefined;
  const stoodAgain = new Promise<void>((resolve) => {
    stand = resolve;
  });
  const contend = async (): Promise<void> => {
    candidacies += 1;
    if (candidacies === 1) throw new HeddleError('unavailable', 'the store takes no writes');
    stand();
  };
  const unexpected = (): never => {
    throw new Error('there is nothing to tell');
  };
  const need = { kind: 'gather', group: 'web', count: 2, output: 'ip', segments: [], as: 'list' } as const;
  const reader = new GatherReader(session, need, contend, {
    complete: unexpected,
    never: unexpected,
    error: unexpected,
  });
  reader.start();
  await stoodAgain;
  await reader.stop();
});

it('a writer whose last head was written without an answer takes it away when it resigns', async () => {
  const store = await openFixtureStore();
  let isAnswerLost = false;
  const losing: Store = {
    ...store,
    async put(key, value, options) {
      const result = await store.put(key, value, options);
      if (isAnswerLost && key.at(-1) === 'head') throw new HeddleError('ambiguous', 'the answer was lost');
      return result;
    },
  };
  const epoch = await startEpoch(store, plan);
  const { session } = await TestNode.begin(losing, epoch, plan, 'web-0');
  const election = await Election.hold(session, { group: 'web', output: 'ip', count: 2 }, () => undefined);
  if (election === undefined) throw new Error('nobody else stands for writer');
  isAnswerLost = true;
  const head = { writer: election.writer, generation: 1, failed: {} };
  await expect(election.swap(head)).rejects.toMatchObject({ code: 'ambiguous' });
  await election.resign();
  expect(await store.get(epoch.keys.gatherHead('web', 'ip', 2))).toBeUndefined();
});

it('a writer whose resignation has no answer twice ends well, and its head is gone', async () => {
  const store = await openFixtureStore();
  let unanswered = 2;
  const between: Store = {
    ...store,
    delete: async (key, options) => {
      if (key.at(-1) !== 'head' || unanswered === 0) return store.delete(key, options);
      unanswered -= 1;
      // The first attempt is lost on its way, the second one only its answer.
      if (unanswered === 0) await store.delete(key, options);
      throw new HeddleError('ambiguous', 'the answer was lost');
    },
  };
  const epoch = await startEpoch(store, plan);
  const { session } = await TestNode.begin(between, epoch, plan, 'web-0');
  const election = await Election.hold(session, { group: 'web', output: 'ip', count: 2 }, () => undefined);
  await election?.resign();
  expect(unanswered).toBe(0);
  expect(await store.get(epoch.keys.gatherHead('web', 'ip', 2))).toBeUndefined();
});

it('a writer leaves the head of the one after it alone when it resigns', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const { session } = await TestNode.begin(store, epoch, plan, 'web-0');
  const id = { group: 'web', output: 'ip', count: 2 };
  const election = await Election.hold(session, id, () => undefined);
  const key = epoch.keys.gatherHead('web', 'ip', 2);
  await store.delete(key, { expect: { rev: (await store.get(key))?.rev ?? '' } });
  expect(await Election.hold(session, id, () => undefined)).toBeDefined();
  const rev = (await store.get(key))?.rev;
  await election?.resign();
  expect((await store.get(key))?.rev).toBe(rev);
});

it('an end record follows the last step, and no step follows the end record', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const node = await TestNode.begin(store, epoch, plan, 'web-0');
  const reporter = await node.run('app');
  reporter.step('template[/etc/x]');
  const ending = reporter.end({ state: 'failed', exitCode: 1 });
  reporter.step('template[/etc/y]');
  await ending;
  reporter.step('template[/etc/z]');
  expect(reporter.record.state).toBe('failed');
  expect(reporter.record.step).toBe('template[/etc/x]');
});
