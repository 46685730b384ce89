import type { OpenStoreOptions, Store } from '@heddle/core';
import { recordWatch, startZookeeperEnsemble, type ZookeeperEnsemble } from '@heddle/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import driver from '../src/index.ts';

const ABSENT = { expect: { absent: true } } as const;

describe('an ensemble of three servers', () => {
  let ensemble: ZookeeperEnsemble;
  const stores: Store[] = [];

  const open = async (url: string, options?: OpenStoreOptions): Promise<Store> => {
    const store = await driver.open(url, options);
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    ensemble = await startZookeeperEnsemble();
  }, 120_000);
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

  it('keeps sessions and loses no write when its leader is killed', async () => {
    const servers = [ensemble.leader, ...ensemble.followers].map(({ host, port }) => `${host}:${port}`);
    const url = `zk://${servers.join(',')}/failover`;
    const [member, writer] = [
      await open(url, { sessionTimeoutMs: 60_000 }),
      await open(url, { sessionTimeoutMs: 60_000 }),
    ];
    const alive = await member.put(['alive'], new Uint8Array(), { ...ABSENT, liveness: true });
    const recorder = recordWatch(member, []);
    await recorder.told('synced');
    let rev = '';
    const count = async (from: number, to: number): Promise<void> => {
      for (let value = from; value <= to; value += 1) {
        const expectation = value === 0 ? ABSENT : { expect: { rev } };
        const put = await writer.put(['count'], Uint8Array.from([value]), { ...expectation, timeoutMs: 60_000 });
        if (!put.ok) throw new Error(`the write of ${value} was taken for somebody else's`);
        rev = put.rev;
      }
    };
    await count(0, 50);
    const counting = count(51, 200);
    await ensemble.leader.kill();
    await counting;
    const read = { timeoutMs: 60_000 };
    expect((await member.get(['count'], read))?.value).toEqual(Uint8Array.from([200]));
    expect((await writer.get(['alive'], read))?.rev).toBe(alive.ok && alive.rev);
    expect(recorder.calls).not.toContain('status session-lost');
  });
});
