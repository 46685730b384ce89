import { findFreePort, recordWatch } from '@heddle/testkit';
import zookeeper from 'node-zookeeper-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import driver from '../src/index.ts';
import { built, runWithDriver } from './support/backends.ts';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;
const NOTHING = new Uint8Array();

describe('opening', () => {
  const server = useServer();

  it('a server that is not there is unavailable within the connect timeout, named without the password', async () => {
    const port = await findFreePort();
    const opening = driver.open(`zk://joe:s3cret@127.0.0.1:${port}/x`, { connectTimeoutMs: 300 });
    const error = await opening.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(String(error)).toContain(`the store zk://127.0.0.1:${port}/x did not answer within 300 ms`);
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  it('a server that takes the connection and says nothing is unavailable, too', async () => {
    const way = await server.proxied(server.newUrl());
    way.cut();
    await expect(driver.open(way.url, { connectTimeoutMs: 300 })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('can be cancelled', async () => {
    const way = await server.proxied(server.newUrl());
    way.cut();
    const opening = driver.open(way.url, { signal: AbortSignal.timeout(100) });
    await expect(opening).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('goes to another server of the URL when one is away, at the start and later, with its session', async () => {
    const direct = server.newUrl();
    const [one, other] = [await server.proxied(direct), await server.proxied(direct)];
    const port = (url: string) => new URL(url).port;
    const url = `zk://127.0.0.1:${port(one.url)},127.0.0.1:${port(other.url)}${rootOf(direct)}`;
    one.cut();
    const store = await server.open(url, { sessionTimeoutMs: 3000 });
    await store.put(['alive'], NOTHING, { ...ABSENT, liveness: true });
    const recorder = recordWatch(store, []);
    await recorder.told('synced');
    one.heal();
    other.cut();
    await recorder.told('synced', 2);
    expect(recorder.calls).not.toContain('status session-lost');
    expect(await store.get(['alive'])).toBeDefined();
  });

  it('refuses times that are none', async () => {
    for (const options of [{ sessionTimeoutMs: 0 }, { connectTimeoutMs: 1.5 }])
      await expect(driver.open('zk://h1', options)).rejects.toMatchObject({ code: 'config-invalid' });
  });
});

describe('a session that ended', () => {
  const server = useServer();

  it('is replaced by a new one, on which everything works again, also after many of them', async () => {
    const direct = server.newUrl();
    const way = await server.proxied(direct);
    const [store, observer] = [await server.open(way.url, { sessionTimeoutMs: 500 }), await server.open(direct)];
    const [own, other] = [recordWatch(store, []), recordWatch(observer, [])];
    for (let round = 1; round <= 3; round += 1) {
      await store.put(['alive'], NOTHING, { ...ABSENT, liveness: true });
      await other.told('state alive=', round);
      way.cut();
      const waiting = store.get(['alive'], { timeoutMs: 30_000 });
      await other.told('gone alive', round);
      way.heal();
      expect(await waiting).toBeUndefined();
      await own.told('status session-lost', round);
    }
  });

  it('without liveness entries goes unsaid: there is nothing to lose', async () => {
    const direct = server.newUrl();
    const way = await server.proxied(direct);
    const store = await server.open(way.url, { sessionTimeoutMs: 500 });
    // The session of the marker outlives the one under test, so its end proves that both are over.
    const marker = await server.proxied(direct);
    const other = recordWatch(await server.open(direct), []);
    await (await server.open(marker.url, { sessionTimeoutMs: 1500 })).put(['marker'], NOTHING, {
      ...ABSENT,
      liveness: true,
    });
    const own = recordWatch(store, []);
    await own.told('synced');
    way.cut();
    marker.cut();
    await other.told('gone marker');
    way.heal();
    await own.told('synced', 2);
    expect(own.calls).not.toContain('status session-lost');
  });
});

describe('a revision', () => {
  const server = useServer();

  it('of an earlier life is never taken for the present one, unlike a version 0 in the transactions of the library', async () => {
    const url = server.newUrl();
    const store = await server.open(url);
    const first = await store.put(['guard'], NOTHING, { ...ABSENT, liveness: true });
    const rev = first.ok ? first.rev : '';
    await store.delete(['guard'], { expect: { rev } });
    await store.put(['guard'], NOTHING, { ...ABSENT, liveness: true });
    const fenced = store.put(['a'], NOTHING, { ...ABSENT, guards: [{ key: ['guard'], rev }] });
    await expect(fenced).rejects.toMatchObject({ code: 'fenced' });
    expect(await store.put(['guard'], NOTHING, { expect: { rev } })).toMatchObject({ ok: false });

    const raw = zookeeper.createClient(`127.0.0.1:${server.port}`, { retries: 0 });
    const connected = new Promise((resolve) => raw.once('connected', resolve));
    onTestFinished(() => raw.close());
    raw.connect();
    await connected;
    const node = `${rootOf(url)}/version`;
    const commit = (build: (transaction: ReturnType<typeof raw.transaction>) => unknown): Promise<unknown> =>
      new Promise((resolve) => {
        const transaction = raw.transaction();
        build(transaction);
        transaction.commit((error) => resolve(error ?? 'passed'));
      });
    await commit((transaction) => transaction.create(node, undefined, zookeeper.ACL.OPEN_ACL_UNSAFE, 0));
    await commit((transaction) => transaction.setData(node, Buffer.from('version 1')));
    const check = (transaction: unknown) =>
      (transaction as { check(path: string, version: number): void }).check(node, 0);
    expect(await commit(check)).toBe('passed');
  });

  it('leaves nothing behind when it is closed: the znodes of deleted entries go, those that hold others stay', async () => {
    const url = server.newUrl();
    const store = await server.open(url);
    const revs = new Map<string, string>();
    for (const key of [['a'], ['a', 'b', 'c'], ['a', 'b', 'd']]) {
      const put = await store.put(key, NOTHING, ABSENT);
      revs.set(key.join('/'), put.ok ? put.rev : '');
    }
    const remove = (name: string) => store.delete(name.split('/'), { expect: { rev: revs.get(name) ?? '' } });
    const keys = async () => (await store.list([])).map(({ key }) => key.join('/'));
    await remove('a');
    expect(await keys()).toEqual(['a/b/c', 'a/b/d']);
    await remove('a/b/c');
    expect(await keys()).toEqual(['a/b/d']);
    await remove('a/b/d');
    expect(await store.put(['x', 'y'], NOTHING, ABSENT)).toMatchObject({ ok: true });
    await store.close();
    expect(await (await server.raw()).children(rootOf(url))).toEqual(['x']);
  });

  it('of an absent entry: a delete that expects absent is accepted, and refused when there is one', async () => {
    const store = await server.open(server.newUrl());
    expect(await store.delete(['a', 'b'], ABSENT)).toMatchObject({ ok: true });
    await store.put(['a', 'b'], NOTHING, ABSENT);
    expect(await store.delete(['a', 'b'], ABSENT)).toMatchObject({ ok: false, current: { key: ['a', 'b'] } });
    expect(await store.delete(['a'], ABSENT)).toMatchObject({ ok: true });
  });
});

describe('what others have written', () => {
  const server = useServer();

  it('is corrupt where an entry should be, and ignored elsewhere', async () => {
    const url = server.newUrl();
    const store = await server.open(url);
    const raw = await server.raw();
    const foreign = (path: string) =>
      raw.commit([{ do: 'create', path: rootOf(url) + path, data: Buffer.from('foreign') }]);
    await foreign('/~other');
    await foreign('/%zz');
    expect(await store.list([])).toEqual([]);
    await foreign('/a');
    expect(await store.get(['a'])).toBeUndefined();
    expect(await store.put(['a', 'b'], NOTHING, ABSENT)).toMatchObject({ ok: true });
    await foreign('/a/~');
    await expect(store.get(['a'])).rejects.toMatchObject({ code: 'corrupt' });
    await expect(store.list([])).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('does not matter when somebody has removed the root: the next write makes it again', async () => {
    const url = server.newUrl();
    const store = await server.open(url);
    await (await server.raw()).commit([{ do: 'remove', path: rootOf(url) }]);
    expect(await store.list([])).toEqual([]);
    expect(await store.put(['a', 'b'], NOTHING, ABSENT)).toMatchObject({ ok: true });
    expect((await store.list([])).length).toBe(1);
  });
});

describe('a client', () => {
  const server = useServer();
  beforeAll(built.build);

  it('watches more than fits into one packet, and does so again after a reconnect', async () => {
    const direct = server.newUrl();
    const way = await server.proxied(direct);
    const [store, writer] = [await server.open(way.url), await server.open(direct)];
    const name = (index: number) => `${index} ${'x'.repeat(800)}`;
    const count = 1500;
    await Promise.all(
      Array.from({ length: count }, (_, index) => writer.put([name(index)], NOTHING, { ...ABSENT, timeoutMs: 50_000 })),
    );
    const recorder = recordWatch(store, []);
    for (let round = 1; round <= 2; round += 1) {
      await recorder.told('synced', round);
      way.heal();
    }
    await recorder.told('synced', 3);
    await writer.put(['last'], NOTHING, ABSENT);
    await recorder.told('state last=');
    expect(new Set(recorder.calls.filter((call) => call.startsWith('state'))).size).toBe(count + 1);
  });

  it('leaves no listener behind when the same prefix is watched again and again', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const store = await server.open(server.newUrl());
    await store.put(['a'], NOTHING, ABSENT);
    for (let round = 0; round < 30; round += 1) {
      for (const prefix of [['a'], ['absent']]) {
        const recorder = recordWatch(store, prefix);
        await recorder.told('synced');
        await recorder.watch.close();
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  it('refuses more operations at once than it can hold, and is well afterwards', async () => {
    const store = await server.open(server.newUrl());
    const gets = Array.from({ length: 20_000 }, () => store.get(['a'], { timeoutMs: 50_000 }));
    const outcomes = await Promise.allSettled(gets);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBe(20_000 - 16_384);
    expect(new Set(refused.map(({ reason }) => (reason as { code: string }).code))).toEqual(new Set(['unavailable']));
    expect(await store.get(['a'])).toBeUndefined();
  });

  it('takes 63 guards, refuses more, and refuses keys that do not fit into a request', async () => {
    const store = await server.open(server.newUrl());
    const put = await store.put(['open'], NOTHING, ABSENT);
    const guard = { key: ['open'], rev: put.ok ? put.rev : '' };
    const guards = Array.from({ length: 63 }, () => guard);
    expect(await store.put(['a'], NOTHING, { ...ABSENT, guards })).toMatchObject({ ok: true });
    const more = store.put(['b'], NOTHING, { ...ABSENT, guards: [...guards, guard] });
    await expect(more).rejects.toMatchObject({ code: 'too-large' });
    const long = { key: Array.from({ length: 16 }, () => '\u0001'.repeat(1024)), rev: '1' };
    const tooLong = store.put(['b'], NOTHING, { ...ABSENT, guards: guards.map(() => long) });
    await expect(tooLong).rejects.toMatchObject({ code: 'too-large' });
    expect(await store.get(['b'])).toBeUndefined();
  });

  it('ends its process when a handler throws, also after a reconnect', async () => {
    for (const fault of ['synced', 'down', 'up']) {
      const way = await server.proxied(server.newUrl());
      const child = runWithDriver(`
        process.on('uncaughtException', (error) => { console.log(error.message); process.exit(7); });
        const store = await driver.open(${JSON.stringify(way.url)});
        const meet = (call) => { if (call === '${fault}') throw new Error('fault in ' + call); };
        const synced = () => { meet('synced'); console.log('synced'); };
        store.watch([], { state() {}, gone() {}, synced, status: meet, failed: meet });`);
      onTestFinished(() => child.kill());
      if (fault !== 'synced') {
        expect(await child.line()).toBe('synced');
        way.heal();
      }
      expect(await child.line()).toBe(`fault in ${fault}`);
    }
  });
});
