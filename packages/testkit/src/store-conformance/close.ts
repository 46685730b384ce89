import assert from 'node:assert/strict';
import { faultsOf } from './absence.ts';
import { runChild } from './child.ts';
import { bytes, create, rejectsWith } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;

/** Closing ends everything, at once and for good. */
export function close({ runner, knobs, test, faultTest }: Theme): void {
  runner.describe('close', () => {
    test('every operation on a closed store is refused with closed', async (backend) => {
      const store = await backend.open();
      await store.close();
      await rejectsWith('closed', store.get(['a']));
      await rejectsWith('closed', store.list([]));
      await rejectsWith('closed', store.put(['a'], bytes('x'), ABSENT));
      await rejectsWith('closed', store.delete(['a'], ABSENT));
      await rejectsWith('closed', (async () => recordWatch(store, [], knobs.patienceMs))());
    });

    test('closing twice, also at the same time, does no harm', async (backend) => {
      const store = await backend.open();
      await Promise.all([store.close(), store.close()]);
      await store.close();
    });

    test('a closed store tells its watches nothing more', async (backend) => {
      const [watcher, writer] = [await backend.open(), await backend.open()];
      const recorder = recordWatch(watcher, ['w'], knobs.patienceMs);
      await recorder.told('synced');
      await watcher.close();
      const silent = recorder.calls.length;
      await create(writer, ['w', 'a'], 'x');
      await writer.get(['w', 'a']);
      assert.equal(recorder.calls.length, silent);
    });

    test('what was acknowledged before the close is there for the next one', async (backend) => {
      const first = await backend.open();
      await create(first, ['a'], 'kept');
      await first.close();
      const second = await backend.open();
      assert.ok(await second.get(['a']));
    });

    if (knobs.canStop) {
      faultTest('an operation that waits for the server fails with closed', async (backend) => {
        const store = await backend.open();
        await faultsOf(backend).stop();
        const waiting = [rejectsWith('closed', store.get(['a'])), rejectsWith('closed', store.list([]))];
        await store.close();
        await Promise.all(waiting);
      });
    }

    if (knobs.hasChild) {
      test('a process can end by itself after the close, with a watch still open', async (backend) => {
        await backend.open();
        const child = runChild(
          backend,
          `const store = await driver.open(url);
           await store.put(['a'], new Uint8Array(1), { expect: { absent: true }, liveness: true });
           await new Promise((resolve) => {
             store.watch([], { state() {}, gone() {}, synced: resolve, status() {}, failed() {} });
           });
           await store.close();`,
        );
        try {
          assert.deepEqual(await child.ended(knobs.patienceMs), { code: 0, output: '' });
        } finally {
          await child.kill();
        }
      });
    }
  });
}
