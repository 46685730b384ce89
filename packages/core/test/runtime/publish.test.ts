import { gzipSync } from 'node:zlib';
import { checkPublication, NodeSession, publish, type Store, startEpoch, storedValue, systemClock } from '@heddle/core';
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

  it('a value that was packed when it was checked is stored as it was packed', async () => {
    const { store, epoch } = await start();
    const session = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
    const output = { name: 'port', path: ['port'], sensitive: false, publish: 'end' as const };
    const publication = { role: 'mysql', output, value: 'port '.repeat(2000) };
    expect(checkPublication(session, publication)).toHaveProperty('gzip');
    // No other packing of the value would be the same.
    const packed = { gzip: gzipSync(JSON.stringify(publication.value), { level: 0 }).toString('base64') };
    expect(checkPublication(session, { ...publication, packed })).toBe(packed);
    await publish(session, { ...publication, packed });
    const entry = await store.get(epoch.keys.value('db', 'port'));
    expect(JSON.parse(Buffer.from(entry?.value ?? []).toString())).toMatchObject(packed);
    expect(storedValue(entry)?.envelope.value).toBe(publication.value);
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
