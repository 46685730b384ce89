import type { Store } from '@heddle/core';
import { createTcpProxy, recordWatch } from '@heddle/testkit';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import driver, { serveEmbedded } from '../src/index.ts';
import { temporaryFolder } from './support/folders.ts';
import { built, runWithDriver, startHostProcess } from './support/processes.ts';

beforeAll(built.build);

const ABSENT = { expect: { absent: true } } as const;
const NOTHING = new Uint8Array();

async function open(url: string, sessionTimeoutMs = 10_000): Promise<Store> {
  const store = await driver.open(url, { sessionTimeoutMs });
  onTestFinished(() => store.close());
  return store;
}

/** A server and a proxy before it that can be cut. */
async function serve() {
  const server = await serveEmbedded(temporaryFolder(), { listen: { port: 0 } });
  onTestFinished(() => server.close());
  const port = Number(new URL(server.url).port);
  const proxy = await createTcpProxy(() => ({ host: '127.0.0.1', port }));
  onTestFinished(() => proxy.close());
  return { direct: server.url, proxy, url: `heddle://127.0.0.1:${proxy.port}` };
}

describe('a client that is cut off', () => {
  it('settles the write that was sent and not answered: it happened once', async () => {
    const { direct, proxy, url } = await serve();
    const [cutOff, observer] = [await open(url, 600), await open(direct)];
    const recorder = recordWatch(observer, []);
    await recorder.told('synced');
    proxy.cutReplies();
    const put = cutOff.put(['a'], NOTHING, ABSENT);
    await recorder.told('state a=');
    proxy.heal();
    const before = await observer.get(['a']);
    expect(await put).toEqual({ ok: true, rev: before?.rev });
    expect((await observer.get(['a']))?.rev).toBe(before?.rev);
  });

  it('says ambiguous for a sent write and unavailable for a read, when the time is over', async () => {
    const { proxy, url } = await serve();
    const store = await open(url);
    proxy.cut();
    const put = store.put(['a'], NOTHING, { ...ABSENT, timeoutMs: 300 });
    const get = store.get(['a'], { timeoutMs: 300 });
    await expect(put).rejects.toMatchObject({ code: 'ambiguous', details: { key: ['a'] } });
    await expect(get).rejects.toMatchObject({ code: 'unavailable' });
    proxy.heal();
    expect(await store.list([])).toEqual([]);
  });

  it('keeps a session without liveness entries quiet: there is nothing to lose', async () => {
    const { direct, proxy, url } = await serve();
    // The session of the marker outlives the one under test, so its end proves that both are over.
    const [cutOff, marker, observer] = [await open(url, 300), await open(url, 900), await open(direct)];
    const [own, other] = [recordWatch(cutOff, []), recordWatch(observer, [])];
    await marker.put(['marker'], NOTHING, { ...ABSENT, liveness: true });
    const lost = await cutOff.put(['marker'], NOTHING, { ...ABSENT, liveness: true });
    expect(lost.ok).toBe(false);
    await own.told('state marker=');
    await own.told('synced');
    proxy.cut();
    await own.told('status down');
    await other.told('gone marker');
    proxy.heal();
    await own.told('synced', 2);
    expect(own.calls).not.toContain('status session-lost');
  });
});

describe('a client', () => {
  it('ends its process when a handler throws, also after a reconnect', async () => {
    for (const fault of ['synced', 'down', 'up']) {
      const folder = temporaryFolder();
      const host = await startHostProcess(folder);
      onTestFinished(() => host.kill());
      const child = runWithDriver(`
        process.on('uncaughtException', (error) => { console.log(error.message); process.exit(7); });
        const store = await driver.open(${JSON.stringify(`embedded:${folder}`)});
        const meet = (call) => { if (call === '${fault}') throw new Error('fault in ' + call); };
        const synced = () => { meet('synced'); console.log('synced'); };
        store.watch([], { state() {}, gone() {}, synced, status: meet, failed: meet });`);
      onTestFinished(() => child.kill());
      if (fault !== 'synced') {
        expect(await child.line()).toBe('synced');
        await host.kill();
      }
      expect(await child.line()).toBe(`fault in ${fault}`);
      expect(await child.rest()).toEqual([]);
    }
  });

  it('can be cancelled while it opens a store that does not answer', async () => {
    const folder = temporaryFolder();
    const host = await startHostProcess(folder);
    onTestFinished(() => host.kill());
    host.stop();
    const opening = driver.open(`embedded:${folder}`, { signal: AbortSignal.timeout(100) });
    await expect(opening).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('takes 63 guards, refuses more, and refuses guards whose keys do not fit into a frame', async () => {
    const store = await open(`embedded:${temporaryFolder()}`);
    const put = await store.put(['open'], NOTHING, ABSENT);
    const guard = { key: ['open'], rev: put.ok ? put.rev : '' };
    const guards = Array.from({ length: 63 }, () => guard);
    expect(await store.put(['a'], NOTHING, { ...ABSENT, guards })).toMatchObject({ ok: true });
    await expect(store.put(['b'], NOTHING, { ...ABSENT, guards: [...guards, guard] })).rejects.toMatchObject({
      code: 'too-large',
    });
    const long = { key: Array.from({ length: 16 }, () => '\u0001'.repeat(1024)), rev: '1' };
    const tooLong = store.put(['b'], NOTHING, { ...ABSENT, guards: guards.map(() => long) });
    await expect(tooLong).rejects.toMatchObject({ code: 'too-large' });
    const three = store.put(long.key, new Uint8Array(1_048_576), { ...ABSENT, guards: [long, long, long] });
    await expect(three).rejects.toMatchObject({ code: 'fenced' });
  });

  it('refuses more operations at once than it can hold, and is well afterwards', async () => {
    const store = await open(`embedded:${temporaryFolder()}`);
    const puts = Array.from({ length: 20_000 }, (_, index) =>
      store.put(['k', String(index)], NOTHING, { ...ABSENT, timeoutMs: 50_000 }),
    );
    const outcomes = await Promise.allSettled(puts);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBe(20_000 - 16_384);
    expect(new Set(refused.map((outcome) => (outcome.reason as { code: string }).code))).toEqual(
      new Set(['unavailable']),
    );
    expect((await store.list(['k'])).length).toBe(16_384);
  });
});
