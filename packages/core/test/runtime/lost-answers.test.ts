import { HeddleError, type Key, NodeSession, publish, type Store, startEpoch, systemClock } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  a: { roles: [{ name: 'first', outputs: { x: 'x' } }] },
  b: { roles: [{ name: 'second', inputs: { x: '${a.x}', now: { $value: '${a.x}', missing: 'fail' } } }] },
});

/** A store that is connected all the time, and does not answer a call for a key once it is told to. */
function forgetful(store: Store) {
  const forgotten: string[] = [];
  const check = (key: Key): void => {
    const index = forgotten.indexOf(key.join('/'));
    if (index === -1) return;
    forgotten.splice(index, 1);
    throw new HeddleError('unavailable', 'no answer within 10000 ms');
  };
  const forgetting: Store = {
    ...store,
    async get(key, options) {
      check(key);
      return store.get(key, options);
    },
    async list(key, options) {
      check(key);
      return store.list(key, options);
    },
  };
  return { store: forgetting, forget: (key: Key) => forgotten.push(key.join('/')), forgotten };
}

/** A store that makes one put of a key late, and gives no answer to it: before the put that follows, or when it is told to. */
function losingAnswer(store: Store, key: Key, lost: number, lands: 'before' | 'after') {
  let late: (() => Promise<unknown>) | undefined;
  let puts = 0;
  const land = async (): Promise<void> => {
    await late?.();
    late = undefined;
  };
  const losing: Store = {
    ...store,
    async put(to, value, options) {
      if (to.join('/') !== key.join('/')) return store.put(to, value, options);
      puts += 1;
      if (puts === lost) {
        late = () => store.put(to, value, options);
        throw new HeddleError('ambiguous', 'the answer was lost');
      }
      if (lands === 'before') await land();
      return store.put(to, value, options);
    },
  };
  return { store: losing, land, puts: () => puts };
}

describe('a store that leaves one call without an answer', () => {
  it('delays the error of a value that never comes, and does not hide it', async () => {
    const { store, forget, forgotten } = forgetful(await openFixtureStore());
    const epoch = await startEpoch(store, plan);
    const a = await TestNode.begin(store, epoch, plan, 'a');
    const b = await TestNode.begin(store, epoch, plan, 'b');
    const first = await a.run('first');
    const recorded = b.nextRecord();
    const reading = expect(b.read('second', 'x')).rejects.toMatchObject({ code: 'never-written' });
    await recorded;
    forget(epoch.keys.value('a', 'x'));
    await first.end({ state: 'done' });
    await reading;
    expect(forgotten).toEqual([]);
  });

  it('does not turn a missing value into a store that is down, when what it left out is only for the message', async () => {
    const { store, forget, forgotten } = forgetful(await openFixtureStore());
    const epoch = await startEpoch(store, plan);
    const b = await TestNode.begin(store, epoch, plan, 'b');
    forget(epoch.keys.role('a', 'first'));
    await expect(b.read('second', 'now')).rejects.toMatchObject({ code: 'missing-value' });
    expect(forgotten).toEqual([]);
  });
});

describe('a value whose first put had no answer', () => {
  it('is written once, also when that put landed after the look that followed it', async () => {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, plan);
    const key = epoch.keys.value('a', 'x');
    const losing = losingAnswer(store, key, 1, 'before');
    const session = await NodeSession.begin({ store: losing.store, epoch, node: 'a', clock: systemClock });
    const output = { name: 'x', path: ['x'], sensitive: false, publish: 'end' as const };
    const rev = await publish(session, { role: 'first', output, value: 1 });
    expect(losing.puts()).toBe(2);
    expect((await store.get(key))?.rev).toBe(rev);
  });
});

describe('an entry of the session that is written again with the same text', () => {
  it.each(['before', 'after'] as const)(
    'has the revision that the writer knows, also when the write without an answer lands %s the next one',
    async (moment) => {
      const store = await openFixtureStore();
      const epoch = await startEpoch(store, plan);
      const key = epoch.keys.wait('a', 'first', 1);
      const losing = losingAnswer(store, key, 2, moment);
      const session = await NodeSession.begin({ store: losing.store, epoch, node: 'a', clock: systemClock });
      const write = () => session.write(key, { since: 'then' }, { liveness: true });
      await write();
      const rev = await write();
      await losing.land();
      expect((await store.get(key))?.rev).toBe(rev);
    },
  );
});
