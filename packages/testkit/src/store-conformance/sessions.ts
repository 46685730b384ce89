import assert from 'node:assert/strict';
import type { OpenStoreOptions } from '@heddle/core';
import { faultsOf } from './absence.ts';
import { runChild } from './child.ts';
import { accepted, bytes, create, replace, textOf } from './entries.ts';
import { recordWatch, type WatchRecorder } from './recorder.ts';
import type { CuttableStore, DefineTest, StoreBackend, Theme } from './types.ts';

/** Liveness entries live and die with the session that wrote them; values never do. */
export function sessions({ runner, knobs, test, faultTest }: Theme): void {
  const { patienceMs } = knobs;
  runner.describe('sessions', () => {
    test('a liveness entry goes when its store is closed, an ordinary one stays', async (backend) => {
      const [member, observer] = [await backend.open(), await backend.open()];
      const recorder = recordWatch(observer, ['m'], patienceMs);
      await create(member, ['m', 'alive'], 'x', true);
      await create(member, ['m', 'value'], 'x');
      await recorder.until('both entries', ({ view }) => view.size === 2);
      await member.close();
      await recorder.told('gone m/alive');
      assert.deepEqual(
        (await observer.list(['m'])).map((entry) => entry.key.join('/')),
        ['m/value'],
      );
    });

    test('the liveness entries of other sessions stay', async (backend) => {
      const [first, second, observer] = [await backend.open(), await backend.open(), await backend.open()];
      await create(first, ['m', '1'], 'x', true);
      await create(second, ['m', '2'], 'x', true);
      await first.close();
      assert.equal(await observer.get(['m', '1']), undefined);
      assert.equal(textOf(await observer.get(['m', '2'])), 'x');
    });

    test('a liveness entry that was rewritten as an ordinary one stays', async (backend) => {
      const [member, observer] = [await backend.open(), await backend.open()];
      const rev = await create(member, ['m'], 'alive', true);
      await replace(observer, ['m'], 'kept', rev);
      await member.close();
      assert.equal(textOf(await observer.get(['m'])), 'kept');
    });

    test('a liveness entry that another session took over goes with that session', async (backend) => {
      const [old, taker, observer] = [await backend.open(), await backend.open(), await backend.open()];
      const rev = await create(old, ['steward'], 'old', true);
      accepted(await taker.put(['steward'], bytes('taker'), { expect: { rev }, liveness: true }));
      await old.close();
      assert.equal(textOf(await observer.get(['steward'])), 'taker');
      await taker.close();
      assert.equal(await observer.get(['steward']), undefined);
    });

    test('an idle session lives on', async (backend) => {
      const member = await backend.open({ sessionTimeoutMs: knobs.shortSessionMs });
      const observer = await backend.open();
      await create(member, ['m'], 'x', true);
      const recorder = recordWatch(observer, ['m'], patienceMs);
      await recorder.told('synced');
      // Idleness is the thing under test here: three timeouts have to go by, whatever else happens.
      await new Promise((resolve) => setTimeout(resolve, 3 * knobs.shortSessionMs));
      assert.equal(textOf(await observer.get(['m'])), 'x');
      assert.ok(!recorder.calls.includes('gone m'));
    });

    if (knobs.hasChild) {
      test('a liveness entry goes after the process that holds it was killed', async (backend) => {
        const observer = await backend.open();
        const recorder = recordWatch(observer, ['m'], patienceMs);
        const child = runChild(
          backend,
          `const store = await driver.open(url, { sessionTimeoutMs: ${knobs.shortSessionMs} });
           await store.put(['m', 'child'], new Uint8Array(), { expect: { absent: true }, liveness: true });
           await store.put(['m', 'value'], new Uint8Array(), { expect: { absent: true } });`,
        );
        try {
          await recorder.until('the entries of the child', ({ view }) => view.has('m/child') && view.has('m/value'));
          await child.kill();
          await recorder.told('gone m/child');
          assert.ok(await observer.get(['m', 'value']));
        } finally {
          await child.kill();
        }
      });
    }

    if (knobs.canStop) {
      acrossShortAbsence(faultTest, knobs.longSessionMs, patienceMs);
      acrossLongAbsence(faultTest, knobs.shortSessionMs, patienceMs);
    }
    if (knobs.canCut) whenLost(faultTest, knobs.shortSessionMs, patienceMs);
  });
}

function acrossShortAbsence(test: DefineTest, longSessionMs: number, patienceMs: number): void {
  test('a session survives an absence of the server that is shorter than its timeout', async (backend) => {
    const member = await backend.open({ sessionTimeoutMs: longSessionMs });
    const rev = await create(member, ['m'], 'x', true);
    const recorder = recordWatch(member, ['m'], patienceMs);
    await recorder.told('synced');
    await faultsOf(backend).stop();
    await faultsOf(backend).start();
    const observer = await backend.open();
    assert.equal((await member.get(['m'], { timeoutMs: patienceMs }))?.rev, rev);
    assert.equal((await observer.get(['m']))?.rev, rev);
    assert.ok(!recorder.calls.includes('status session-lost'));
    await member.close();
    assert.equal(await observer.get(['m']), undefined);
  });
}

function acrossLongAbsence(test: DefineTest, shortSessionMs: number, patienceMs: number): void {
  test('after an absence of the server that is longer than its timeout a session lives on, or its loss is told', async (backend) => {
    const member = await backend.open({ sessionTimeoutMs: shortSessionMs });
    await create(member, ['m', 'before'], 'x', true);
    const recorder = recordWatch(member, ['m'], patienceMs);
    await recorder.told('synced');
    await faultsOf(backend).stop();
    // The length of the absence is the thing under test.
    await new Promise((resolve) => setTimeout(resolve, 2 * shortSessionMs));
    await faultsOf(backend).start();
    await recorder.told('synced', 2);
    await create(member, ['m', 'after'], 'x', true);
    await recorder.told('state m/after=x');
    const isLost = recorder.calls.includes('status session-lost');
    const observer = await backend.open();
    const left = (await observer.list(['m'])).map((entry) => entry.key.join('/'));
    assert.deepEqual(left, isLost ? ['m/after'] : ['m/after', 'm/before']);
  });
}

function whenLost(test: DefineTest, shortSessionMs: number, patienceMs: number): void {
  test('a session that ended while the client was cut off is told as session-lost, and a new one works', async (backend) => {
    const { store, cut, heal } = await cuttableOf(backend, { sessionTimeoutMs: shortSessionMs });
    const observer = await backend.open();
    const [own, other] = [recordWatch(store, ['m'], patienceMs), recordWatch(observer, ['m'], patienceMs)];
    await create(store, ['m', 'before'], 'x', true);
    await create(store, ['m', 'value'], 'x');
    const isComplete = ({ view, calls }: WatchRecorder): boolean => view.size === 2 && calls.includes('synced');
    await Promise.all([own, other].map((one) => one.until('both entries', isComplete)));
    cut();
    await own.told('status down');
    await other.told('gone m/before');
    heal();
    await own.told('status session-lost');
    await own.told('gone m/before');
    await own.told('synced', 2);
    await create(store, ['m', 'after'], 'x', true);
    await other.until('the new entry', ({ view }) => view.has('m/after') && view.has('m/value'));
    await store.close();
    await other.told('gone m/after');
  });
}

/** Open a connection that can be cut. */
export function cuttableOf(backend: StoreBackend, options: OpenStoreOptions = {}): Promise<CuttableStore> {
  assert.ok(backend.openCuttable, 'the knobs promise openCuttable, the backend has none');
  return backend.openCuttable(options);
}
