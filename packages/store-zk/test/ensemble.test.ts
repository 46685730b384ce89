import type { Store } from '@heddle/core';
import { startZookeeperEnsemble, type ZookeeperEnsemble } from '@heddle/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import driver from '../src/index.ts';

const ABSENT = { expect: { absent: true } } as const;

describe('an ensemble of three servers', () => {
  let ensemble: ZookeeperEnsemble;
  const stores: Store[] = [];

  const open = async (url: string): Promise<Store> => {
    const store = await driver.open(url);
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    ensemble = await startZookeeperEnsemble();
  });
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));
  afterAll(() => ensemble?.close());

  it('never answers with what a follower that lags behind still believes', async () => {
    const [follower] = ensemble.followers;
    if (!follower) throw new Error('an ensemble without followers');
    const [writer, reader] = [await open(`${ensemble.leader.url}/lag`), await open(`${follower.url}/lag`)];
    const first = await writer.put(['a'], Uint8Array.from([1]), ABSENT);
    const rev = first.ok ? first.rev : '';
    expect((await reader.get(['a']))?.rev).toBe(rev);
    ensemble.cutOff(follower);
    const second = await writer.put(['a'], Uint8Array.from([2]), { expect: { rev } });
    const stale = [reader.get(['a'], { timeoutMs: 1000 }), reader.list([], { timeoutMs: 1000 })];
    for (const read of stale) await expect(read).rejects.toMatchObject({ code: 'unavailable' });
    const waiting = reader.get(['a'], { timeoutMs: 60_000 });
    ensemble.heal();
    expect((await waiting)?.rev).toBe(second.ok && second.rev);
  });
});
