import assert from 'node:assert/strict';
import type { Store } from '@heddle/core';
import { bytes, create, rejectsWith, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { StoreBackend, Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;

/** What a user may not do is denied, at once: never absent, never a wait. */
export function access({ runner, knobs, test }: Theme): void {
  if (!knobs.canDeny) return;
  const { patienceMs } = knobs;
  runner.describe('access', () => {
    test('every operation without the right to it is denied, and changes nothing', async (backend) => {
      const [owner, stranger] = [await backend.open(), await strangerOf(backend)];
      const rev = await create(owner, ['private'], 'x');
      await rejectsWith('denied', stranger.get(['private']));
      await rejectsWith('denied', stranger.list(['private']));
      await rejectsWith('denied', stranger.put(['private'], bytes('y'), { expect: { rev } }));
      await rejectsWith('denied', stranger.put(['private', 'below'], bytes('y'), ABSENT));
      await rejectsWith('denied', stranger.put(['private', 'alive'], bytes('y'), { ...ABSENT, liveness: true }));
      await rejectsWith('denied', stranger.delete(['private'], { expect: { rev } }));
      const guards = [{ key: ['private'], rev }];
      await rejectsWith('denied', stranger.put(['public'], bytes('y'), { ...ABSENT, guards }));
      assert.deepEqual(
        (await owner.list(['private'])).map((entry) => [entry.key.join('/'), entry.rev]),
        [['private', rev]],
      );
      assert.equal(await stranger.get(['public']), undefined);
    });

    test('a watch without the right to read fails with denied, once, and tells nothing else', async (backend) => {
      const [owner, stranger] = [await backend.open(), await strangerOf(backend)];
      await create(owner, ['private', 'a'], 'x');
      const prefixes = [['private'], ['private', 'a']];
      const recorders = prefixes.map((prefix) => recordWatch(stranger, prefix, patienceMs));
      for (const recorder of recorders) await recorder.told('failed denied');
      await create(owner, ['private', 'b'], 'x');
      await rejectsWith('denied', stranger.get(['private', 'a']));
      for (const { calls, watch } of recorders) {
        assert.deepEqual(calls, ['failed denied']);
        await watch.close();
      }
    });

    test('a watch that failed leaves the rest of its connection alone', async (backend) => {
      const [owner, stranger] = [await backend.open(), await strangerOf(backend)];
      await create(owner, ['private'], 'x');
      const recorder = recordWatch(stranger, ['public'], patienceMs);
      await recorder.told('synced');
      await recordWatch(stranger, ['private'], patienceMs).told('failed denied');
      await create(stranger, ['public', 'a'], 'mine');
      await recorder.told('state public/a=mine');
      assert.equal(textOf(await stranger.get(['public', 'a'])), 'mine');
      assert.deepEqual(recorder.calls, ['synced', 'state public/a=mine']);
    });
  });
}

function strangerOf(backend: StoreBackend): Promise<Store> {
  assert.ok(backend.openStranger, 'the knobs promise openStranger, the backend has none');
  return backend.openStranger();
}
