import assert from 'node:assert/strict';
import type { PutResult } from '@heddle/core';
import { accepted, bytes, create, replace, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import { cuttableOf } from './sessions.ts';
import type { Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;

/** A write whose answer was lost has happened or not: a store finds out which, and does it once. */
export function lostAnswers({ runner, knobs, faultTest: test }: Theme): void {
  if (!knobs.canCut) return;
  const { patienceMs } = knobs;
  runner.describe('lost answers', () => {
    test('a put that creates is done once, and answers with the revision that it made', async (backend) => {
      const { store, cutReplies, heal } = await cuttableOf(backend);
      const observer = await backend.open();
      const recorder = recordWatch(observer, ['a'], patienceMs);
      await recorder.told('synced');
      cutReplies();
      const put = store.put(['a'], bytes('x'), { ...ABSENT, timeoutMs: patienceMs });
      await recorder.told('state a=x');
      heal();
      assert.equal(accepted(await put), (await observer.get(['a']))?.rev);
      assert.equal(recorder.count('state a=x'), 1);
    });

    test('a compare-and-set has won, although its second sending finds another revision', async (backend) => {
      const { store, cutReplies, heal } = await cuttableOf(backend);
      const observer = await backend.open();
      const before = await create(store, ['a'], 'x');
      const recorder = recordWatch(observer, ['a'], patienceMs);
      await recorder.told('state a=x');
      cutReplies();
      const put = store.put(['a'], bytes('y'), { expect: { rev: before }, timeoutMs: patienceMs });
      await recorder.told('state a=y');
      heal();
      assert.equal(accepted(await put), (await observer.get(['a']))?.rev);
      assert.equal(recorder.count('state a=y'), 1);
    });

    test('a delete has removed the entry, or does not know it, and is never called lost', async (backend) => {
      const { store, cutReplies, heal } = await cuttableOf(backend);
      const observer = await backend.open();
      const rev = await create(store, ['a'], 'x');
      const recorder = recordWatch(observer, ['a'], patienceMs);
      await recorder.told('state a=x');
      cutReplies();
      const removed = store.delete(['a'], { expect: { rev }, timeoutMs: patienceMs });
      await recorder.told('gone a');
      heal();
      assertDoneOrAmbiguous(await outcomeOf(removed));
      assert.equal(await observer.get(['a']), undefined);
    });

    test('a write that others have replaced meanwhile is not made again, and not called lost', async (backend) => {
      const { store, cutReplies, heal } = await cuttableOf(backend);
      const observer = await backend.open();
      const recorder = recordWatch(observer, ['a'], patienceMs);
      await recorder.told('synced');
      cutReplies();
      const put = store.put(['a'], bytes('x'), { ...ABSENT, timeoutMs: patienceMs });
      await recorder.told('state a=x');
      await replace(observer, ['a'], 'z', (await observer.get(['a']))?.rev ?? '');
      heal();
      assertDoneOrAmbiguous(await outcomeOf(put));
      assert.equal(textOf(await observer.get(['a'])), 'z');
    });
  });
}

/** What a write came to: its result, or the code of its error. */
export function outcomeOf(write: Promise<PutResult>): Promise<PutResult | string> {
  return write.catch((error: { code: string }) => error.code);
}

/** Where no trace of a write is left, nobody can know more than that it was sent. */
export function assertDoneOrAmbiguous(outcome: PutResult | string): void {
  assert.ok(outcome === 'ambiguous' || (typeof outcome === 'object' && outcome.ok), JSON.stringify(outcome));
}
