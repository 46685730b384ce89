import { HeddleError, type Store } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/soak/tally.ts';
import { createMemoryServer } from '../store-conformance/memory-store.ts';

const KEY = ['shared'];

/** Two writers that count in one entry; the first one's puts go through `put`. */
function writers(put: (store: Store) => Store['put']) {
  const store = createMemoryServer().open();
  return {
    store,
    first: createTally({ ...store, put: put(store) }, KEY, 'first', 1000),
    second: createTally(store, KEY, 'second', 1000),
  };
}

/** Put, and hear nothing of it. */
const unheard =
  (doPut: boolean, times = 1) =>
  (store: Store): Store['put'] => {
    let left = times;
    return async (key, value, options) => {
      if (left === 0) return store.put(key, value, options);
      left -= 1;
      if (doPut) await store.put(key, value, options);
      throw new HeddleError('ambiguous', 'nobody knows');
    };
  };

describe('a tally', () => {
  it('agrees with a store that does what it says', async () => {
    const { store, first, second } = writers((store) => store.put);
    const counted: boolean[] = [];
    for (let round = 0; round < 10; round += 1) counted.push(await first.count(), await second.count());
    first.check(await store.get(KEY));
    second.check(await store.get(KEY));
    expect([first.counted, second.counted]).toEqual([
      counted.filter((was, index) => was && index % 2 === 0).length,
      counted.filter((was, index) => was && index % 2 === 1).length,
    ]);
    expect(counted).toContain(false);
  });

  it('counts an attempt whose answer was lost once if it happened, and not at all if it did not', async () => {
    for (const [happened, total] of [
      [true, 3],
      [false, 2],
    ] as const) {
      const { store, first } = writers(unheard(happened));
      expect([await first.count(), await first.count(), await first.count()]).toEqual([false, true, true]);
      first.check(await store.get(KEY));
      expect(first.counted).toBe(total);
    }
  });

  it('sees that an acknowledged write was lost', async () => {
    const { store, first, second } = writers((store) => store.put);
    await second.count();
    const before = await store.get(KEY);
    await first.count();
    const current = await store.get(KEY);
    await store.put(KEY, before?.value ?? new Uint8Array(), { expect: { rev: current?.rev ?? '' } });
    expect(() => first.check(before)).toThrow('1 were counted, the store has 0');
    await expect(first.count()).rejects.toThrow('1 were counted, the store has 0');
  });

  it('sees that a write happened that the store calls lost', async () => {
    const { first } = writers((store) => async (key, value, options) => {
      await store.put(key, value, options);
      return { ok: false, current: await store.get(key) };
    });
    await expect(first.count()).rejects.toThrow('happened, and the store says that it was lost');
  });

  it('sees that a write happened that the store calls never sent', async () => {
    const { first } = writers((store) => async (key, value, options) => {
      await store.put(key, value, options);
      throw new HeddleError('unavailable', 'it was not sent');
    });
    expect(await first.count()).toBe(false);
    await expect(first.count()).rejects.toThrow('0 were counted, the store has 1');
  });

  it('takes no other error for a store out of reach', async () => {
    const { first } = writers(() => async () => Promise.reject(new HeddleError('corrupt', 'rubbish')));
    await expect(first.count()).rejects.toMatchObject({ code: 'corrupt' });
  });
});
