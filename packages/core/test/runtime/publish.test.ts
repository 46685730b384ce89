import { NodeSession, publish, type Store, startEpoch, systemClock } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

/** A store that notes its calls for values. */
function noting(store: Store, calls: string[]): Store {
  return {
    ...store,
    get: (key, options) => {
      if (key.includes('values')) calls.push('get');
      return store.get(key, options);
    },
    put: (key, value, options) => {
      if (key.includes('values')) calls.push('rev' in options.expect ? 'put over a revision' : 'put where nothing is');
      return store.put(key, value, options);
    },
  };
}

describe('publishing', () => {
  async function start() {
    const store = await openFixtureStore();
    const epoch = await startEpoch(store, planOf({ db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] } }));
    const calls: string[] = [];
    const begin = async () => {
      const session = await NodeSession.begin({ store: noting(store, calls), epoch, node: 'db', clock: systemClock });
      const output = { name: 'port', path: ['port'], sensitive: false, publish: 'end' as const };
      return (value: number) => publish(session, { role: 'mysql', output, value });
    };
    return { store, epoch, calls, begin };
  }

  it('a new value is one call of the store, and so is every later one', async () => {
    const { calls, begin } = await start();
    const publishPort = await begin();
    await publishPort(1);
    await publishPort(2);
    expect(calls).toEqual(['put where nothing is', 'put over a revision']);
  });

  it('a value that an earlier agent has written is replaced, by the revision that the refusal brings', async () => {
    const { store, epoch, calls, begin } = await start();
    const before = await (await begin())(1);
    calls.length = 0;
    const rev = await (await begin())(2);
    expect(calls).toEqual(['put where nothing is', 'put over a revision']);
    expect(rev).not.toBe(before);
    expect((await store.get(epoch.keys.value('db', 'port')))?.rev).toBe(rev);
  });
});
