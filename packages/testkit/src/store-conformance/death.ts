import assert from 'node:assert/strict';
import { faultsOf } from './absence.ts';
import { accepted, bytes, create, rejectsWith, textOf } from './entries.ts';
import { assertDoneOrAmbiguous, outcomeOf } from './lost-answers.ts';
import { recordWatch } from './recorder.ts';
import type { StoreBackend, Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;

/** A server that has fallen silent may be dead: who waits for it is told the truth by what comes back. */
export function death({ runner, knobs, faultTest: test }: Theme): void {
  if (!knobs.canKill) return;
  const { patienceMs, shortSessionMs, longSessionMs } = knobs;
  runner.describe('a server that falls silent and is killed', () => {
    test('ends every operation that waits for it once it is back, and truly', async (backend) => {
      const store = await backend.open({ sessionTimeoutMs: longSessionMs });
      const changed = await create(store, ['w', 'changed'], 'old');
      const removed = await create(store, ['w', 'removed'], 'old');
      const recorder = recordWatch(store, ['w'], patienceMs);
      await recorder.told('synced');
      // Each lives through the end of a server, and the start of another one.
      const patient = { timeoutMs: 2 * patienceMs };
      await faultsOf(backend).stop();
      const put = store.put(['w', 'new'], bytes('x'), { ...ABSENT, ...patient });
      const replaced = store.put(['w', 'changed'], bytes('new'), { expect: { rev: changed }, ...patient });
      const deleted = outcomeOf(store.delete(['w', 'removed'], { expect: { rev: removed }, ...patient }));
      const absent = store.get(['never', 'written'], patient);
      const listed = store.list(['never'], patient);
      // What was asked for last is not answered: neither is what was asked for before.
      await rejectsWith('unavailable', store.get(['w'], { timeoutMs: shortSessionMs / 2 }));
      await killOf(backend)();
      await faultsOf(backend).start();
      const revs = [accepted(await put), accepted(await replaced)];
      assert.deepEqual([await absent, await listed], [undefined, []]);
      assertDoneOrAmbiguous(await deleted);
      const observer = await backend.open();
      const entries = [await observer.get(['w', 'new']), await observer.get(['w', 'changed'])];
      assert.deepEqual(
        entries.map((entry) => entry?.rev),
        revs,
      );
      assert.deepEqual(entries.map(textOf), ['x', 'new']);
      await recorder.until('both writes', ({ view }) => view.get('w/new') === 'x' && view.get('w/changed') === 'new');
    });
  });
}

function killOf(backend: StoreBackend): () => Promise<void> {
  const kill = backend.faults?.kill;
  assert.ok(kill, 'the knobs promise faults.kill, the backend has none');
  return kill;
}
