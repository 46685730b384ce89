import assert from 'node:assert/strict';
import { bytes, findFreePort, recordWatch, runScript } from '@heddle/testkit';
import { beforeAll, describe, it, onTestFinished } from 'vitest';
import driver from '../src/index.ts';
import { built, freshUrl, open, throughProxy, useEtcd } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;

beforeAll(built.build);

describe('a watch', () => {
  const server = useEtcd();

  it('misses nothing of 1500 writes while it was cut off, also when it is cut off again while it catches up', async () => {
    const url = freshUrl(server());
    const writer = await open(url);
    const { proxy, url: cuttable } = await throughProxy(server(), url);
    const watcher = await open(cuttable, { sessionTimeoutMs: 2000 });
    const recorder = recordWatch(watcher, ['w']);
    await recorder.told('synced');
    proxy.cut();
    await Promise.all(Array.from({ length: 1500 }, (_, index) => writer.put(['w', String(index)], bytes('1'), ABSENT)));
    proxy.heal();
    await recorder.until('a part', ({ view }) => view.size > 0);
    proxy.heal();
    await writer.put(['w', 'end'], bytes('1'), ABSENT);
    await recorder.until('everything', ({ view }) => view.size === 1501);
  });

  it('ends up with the truth after the history that it had to catch up with was compacted', async () => {
    const url = freshUrl(server());
    const writer = await open(url);
    const { proxy, url: cuttable } = await throughProxy(server(), url);
    const watcher = await open(cuttable, { sessionTimeoutMs: 2000 });
    await writer.put(['w', 'removed'], bytes('1'), ABSENT);
    const recorder = recordWatch(watcher, ['w']);
    await recorder.until('the entry', ({ view }) => view.has('w/removed'));
    proxy.cut();
    const rev = (await writer.get(['w', 'removed']))?.rev ?? '';
    await writer.delete(['w', 'removed'], { expect: { rev } });
    const put = await writer.put(['w', 'new'], bytes('1'), ABSENT);
    assert.ok(put.ok);
    await server().control(['compaction', put.rev.split(':')[1] ?? '']);
    proxy.heal();
    await recorder.until('the truth', ({ view }) => view.has('w/new') && !view.has('w/removed'));
    assert.ok(recorder.calls.includes('gone w/removed'));
    await writer.put(['w', 'later'], bytes('1'), ABSENT);
    await recorder.until('what comes later', ({ view }) => view.has('w/later'));
  });

  it('that meets a foreign entry fails as a read does: corrupt, not a part of what is there', async () => {
    const url = freshUrl(server());
    const store = await open(url);
    await store.put(['w', 'a'], bytes('x'), ABSENT);
    const before = recordWatch(store, ['w']);
    await before.told('synced');
    await server().control(['put', `${new URL(url).pathname}/w/foreign/`, 'text']);
    await assert.rejects(store.get(['w', 'foreign']), {
      code: 'corrupt',
      message: /foreign\/ was not written by Heddle/,
    });
    await assert.rejects(store.list(['w']), { code: 'corrupt' });
    const after = recordWatch(store, ['w']);
    await Promise.all([before.told('failed corrupt'), after.told('failed corrupt')]);
    assert.deepEqual(before.calls, ['state w/a=x', 'synced', 'failed corrupt']);
    assert.deepEqual(after.calls, ['failed corrupt']);
    const beside = recordWatch(store, ['w', 'a']);
    await beside.told('synced');
  });
});

describe('a session', () => {
  const server = useEtcd();

  it('whose lease was revoked is told as lost, and another one begins', async () => {
    const url = freshUrl(server());
    const store = await open(url, { sessionTimeoutMs: 2000 });
    const recorder = recordWatch(store, ['m']);
    await store.put(['m', 'before'], bytes('x'), { ...ABSENT, liveness: true });
    await store.put(['m', 'value'], bytes('x'), ABSENT);
    const leases = (await server().control(['lease', 'list'])).split('\n').slice(1);
    for (const lease of leases) await server().control(['lease', 'revoke', lease.trim()]);
    await recorder.told('status session-lost');
    await recorder.told('gone m/before');
    await store.put(['m', 'after'], bytes('x'), { ...ABSENT, liveness: true });
    await recorder.until('the new entry', ({ view }) => view.has('m/after') && view.has('m/value'));
    assert.equal(recorder.count('status session-lost'), 1);
  });

  it('whose lease is gone without anybody having noticed yet begins anew with the next liveness entry', async () => {
    const store = await open(freshUrl(server()), { sessionTimeoutMs: 86_400_000 });
    const recorder = recordWatch(store, ['m']);
    await store.put(['m', 'before'], bytes('x'), { ...ABSENT, liveness: true });
    for (const lease of (await server().control(['lease', 'list'])).split('\n').slice(1))
      await server().control(['lease', 'revoke', lease.trim()]);
    assert.equal((await store.put(['m', 'after'], bytes('x'), { ...ABSENT, liveness: true })).ok, true);
    assert.equal(recorder.count('status session-lost'), 1);
  });

  it('and its entries survive that the server is killed and started again', async () => {
    const url = freshUrl(server());
    const store = await open(url, { sessionTimeoutMs: 60_000 });
    const recorder = recordWatch(store, ['m']);
    await store.put(['m', 'alive'], bytes('x'), { ...ABSENT, liveness: true });
    await recorder.until('the entry', ({ view }) => view.has('m/alive'));
    await server().kill();
    await recorder.told('status down');
    const waiting = store.put(['m', 'later'], bytes('x'), { ...ABSENT, timeoutMs: 60_000 });
    await server().start();
    assert.equal((await waiting).ok, true);
    await recorder.until('both', ({ view }) => view.size === 2);
    assert.ok(!recorder.calls.includes('status session-lost'));
    await store.close();
    const observer = await open(url);
    assert.deepEqual(
      (await observer.list([])).map((entry) => entry.key.join('/')),
      ['m/later'],
    );
  });

  it('keeps no process alive after the close, also when the server has fallen silent', async () => {
    const url = freshUrl(server());
    const child = runScript(`
      import driver from ${JSON.stringify(built.module)};
      const store = await driver.open(${JSON.stringify(url)}, { sessionTimeoutMs: 2000 });
      await store.put(['m'], new Uint8Array(), { expect: { absent: true }, liveness: true });
      await new Promise((synced) => store.watch([], { state() {}, gone() {}, synced, status() {}, failed() {} }));
      console.log('ready');
      await new Promise((resolve) => process.stdin.once('data', resolve));
      process.stdin.destroy();
      const pending = store.get(['m']).catch((error) => console.log(error.code));
      await store.close();
      await pending;`);
    onTestFinished(() => child.kill());
    assert.equal(await child.line(), 'ready');
    await server().stop();
    onTestFinished(() => server().start());
    child.say('close');
    assert.deepEqual(await child.rest(), ['closed']);
    assert.equal(await child.exitCode(), 0);
  });
});

describe('opening', () => {
  const server = useEtcd();

  it('a server that is not there is unavailable within the time, and named without the password', async () => {
    const port = await findFreePort();
    const url = `etcd://user:secret@127.0.0.1:${port}/x`;
    const error = await driver.open(url, { connectTimeoutMs: 500 }).catch((thrown: unknown) => thrown);
    assert.equal((error as { code?: unknown }).code, 'unavailable');
    assert.match(String(error), new RegExp(`etcd://127.0.0.1:${port}/x did not answer within 500 ms: .*ECONNREFUSED`));
    assert.doesNotMatch(String(error), /secret/);
  });

  it('waits for a server that is about to start', async () => {
    await server().kill();
    const opening = open(freshUrl(server()), { connectTimeoutMs: 60_000 });
    await server().start();
    await (await opening).list([]);
  });

  it('can be cancelled', async () => {
    const port = await findFreePort();
    const controller = new AbortController();
    const opening = driver.open(`etcd://127.0.0.1:${port}/x`, { signal: controller.signal, connectTimeoutMs: 60_000 });
    controller.abort();
    await assert.rejects(opening, { code: 'interrupted' });
  });

  it('goes past members that do not answer, and survives the loss of the one that it uses', async () => {
    const dead = await findFreePort();
    const url = freshUrl(server());
    const { proxy } = await throughProxy(server(), url);
    const path = new URL(url).pathname;
    for (let round = 0; round < 4; round += 1) {
      const store = await open(`etcd://127.0.0.1:${dead},127.0.0.1:${server().port},127.0.0.1:${proxy.port}${path}`);
      await store.put(['a', String(round)], bytes('x'), ABSENT);
      proxy.heal();
      assert.equal((await store.list(['a'])).length, round + 1);
    }
  });

  it('takes no notice of the proxies in the environment', async () => {
    const names = ['http_proxy', 'https_proxy', 'grpc_proxy', 'no_proxy', 'no_grpc_proxy'];
    const before = names.map((name) => [name, process.env[name]] as const);
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    for (const name of names) process.env[name] = name.startsWith('no_') ? '' : 'http://127.0.0.1:1';
    await (await open(freshUrl(server()))).list([]);
  });

  it('session and connection times have to be whole milliseconds', async () => {
    for (const sessionTimeoutMs of [0, -1, 1.5, Number.NaN, 86_400_001]) {
      await assert.rejects(driver.open(freshUrl(server()), { sessionTimeoutMs }), { code: 'config-invalid' });
    }
  });
});

describe('a listing', () => {
  const server = useEtcd();

  it('of more entries than one message holds is whole and in order', async () => {
    const store = await open(freshUrl(server()));
    const names = Array.from({ length: 350 }, (_, index) => String(index).padStart(3, '0'));
    await Promise.all(names.map((name) => store.put(['l', name], bytes(name), ABSENT)));
    assert.deepEqual(
      (await store.list(['l'])).map((entry) => entry.key[1]),
      names,
    );
  });
});

describe('a write', () => {
  const server = useEtcd();

  it('takes as many guards as it says, and their failure is told', async () => {
    const store = await open(freshUrl(server()));
    const most = store.capabilities.maxBatch - 1;
    const guards = await Promise.all(
      Array.from({ length: most }, async (_, index) => {
        const key = ['g', String(index)];
        const put = await store.put(key, bytes('x'), ABSENT);
        return { key, rev: put.ok ? put.rev : '' };
      }),
    );
    assert.equal((await store.put(['a'], bytes('x'), { ...ABSENT, guards })).ok, true);
    const last = guards.at(-1) ?? assert.fail();
    await store.put(last.key, bytes('y'), { expect: { rev: last.rev } });
    await assert.rejects(store.put(['b'], bytes('x'), { ...ABSENT, guards }), { code: 'fenced' });
    const more = [...guards, last];
    await assert.rejects(store.put(['b'], bytes('x'), { ...ABSENT, guards: more }), { code: 'too-large' });
  });

  it('with the write id of the entry that is there was done before', async () => {
    const store = await open(freshUrl(server()));
    const first = await store.put(['a'], bytes('x'), { ...ABSENT, writeId: 'w' });
    assert.deepEqual(await store.put(['a'], bytes('x'), { ...ABSENT, writeId: 'w' }), first);
    assert.equal((await store.put(['a'], bytes('x'), { ...ABSENT, writeId: 'other' })).ok, false);
  });
});
