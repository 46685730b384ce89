import assert from 'node:assert/strict';
import { getEventListeners, setMaxListeners } from 'node:events';
import { create, rejectsWith, textOf } from './entries.ts';
import type { DefineTest, StoreBackend, StoreFaults, Theme } from './types.ts';

const SHORT = { timeoutMs: 1000 };

/** An error is never an absence: in Heddle, absent means "wait", so a swallowed error would be a silent hang. */
export function absence({ runner, knobs, test, faultTest }: Theme): void {
  runner.describe('absence', () => {
    if (knobs.canStop) whileStopped(faultTest);

    test('a key that nobody wrote is absent', async (backend) => {
      const store = await backend.open();
      assert.equal(await store.get(['nobody', 'wrote', 'this']), undefined);
      assert.deepEqual(await store.list(['nobody']), []);
    });

    test('a deleted key is absent', async (backend) => {
      const store = await backend.open();
      const rev = await create(store, ['a'], 'x');
      await store.delete(['a'], { expect: { rev } });
      assert.equal(await store.get(['a']), undefined);
    });

    test('a cancelled operation rejects and is not an absence', async (backend) => {
      const store = await backend.open();
      const cancelled = { signal: AbortSignal.abort() };
      await assert.rejects(store.get(['a'], cancelled));
      await assert.rejects(store.list([], cancelled));
      await assert.rejects(store.put(['a'], new Uint8Array(), { expect: { absent: true }, ...cancelled }));
      assert.equal(await store.get(['a']), undefined);
    });
  });
}

function whileStopped(test: DefineTest): void {
  test('get throws unavailable while the server is stopped, and never answers absent', async (backend) => {
    const store = await backend.open();
    await create(store, ['a'], 'there');
    await faultsOf(backend).stop();
    await rejectsWith('unavailable', store.get(['a'], SHORT));
    await rejectsWith('unavailable', store.get(['never', 'written'], SHORT));
  });

  test('list throws unavailable while the server is stopped, and never answers with an empty list', async (backend) => {
    const store = await backend.open();
    await create(store, ['a'], 'there');
    await faultsOf(backend).stop();
    await rejectsWith('unavailable', store.list([], SHORT));
  });

  test('a write while the server is stopped throws unavailable or ambiguous', async (backend) => {
    const store = await backend.open();
    const rev = await create(store, ['b'], 'there');
    await faultsOf(backend).stop();
    const put = store.put(['a'], new Uint8Array(), { expect: { absent: true }, ...SHORT });
    const remove = store.delete(['b'], { expect: { rev }, ...SHORT });
    await Promise.all([
      rejectsWith(['unavailable', 'ambiguous'], put),
      rejectsWith(['unavailable', 'ambiguous'], remove),
    ]);
  });

  test('a thousand reads that time out leave no listener behind', async (backend) => {
    const store = await backend.open();
    await faultsOf(backend).stop();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const reads = Array.from({ length: 1000 }, () => store.get(['a'], { timeoutMs: 50, signal }));
    await Promise.all(reads.map((read) => rejectsWith('unavailable', read)));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    await faultsOf(backend).start();
    assert.equal(await store.get(['a'], { timeoutMs: 60_000 }), undefined);
  });

  test('a stopped server cannot be opened: unavailable', async (backend) => {
    await backend.open();
    await faultsOf(backend).stop();
    await rejectsWith('unavailable', backend.open({ connectTimeoutMs: 1000 }));
  });

  test('a read that waits for the server gets the value once it answers again', async (backend) => {
    const store = await backend.open();
    await create(store, ['a'], 'there');
    await faultsOf(backend).stop();
    const [read] = await Promise.all([store.get(['a'], { timeoutMs: 60_000 }), faultsOf(backend).start()]);
    assert.equal(textOf(read), 'there');
  });
}

/** The faults of a backend whose knobs promise them. */
export function faultsOf(backend: StoreBackend): StoreFaults {
  assert.ok(backend.faults, 'the knobs promise faults, the backend has none');
  return backend.faults;
}
