import { isHeddleError, type Key, type PreparedWrite, type PutResult } from '@heddle/core';
import { entryPaths, nodeChain } from './layout.ts';
import type { Requests } from './link.ts';
import type { Operation } from './operations.ts';
import { newRev, traceOf } from './record.ts';
import type { Structure } from './structure.ts';
import { sendWrite, type Write, type WriteProgress } from './write.ts';

/** Remove one entry, and after that the znodes that hold nothing any more. */
export function deleteOperation(root: string, structure: Structure, prepared: PreparedWrite): Operation<PutResult> {
  const { key } = prepared;
  const progress: WriteProgress = { unsettledSince: undefined, isSending: false };
  const write = deleteWrite(root, prepared);
  return {
    name: 'delete',
    key,
    async attempt(link) {
      const result = await sendWrite(link, write, progress);
      if (result.ok) await tidy(link, root, structure, key);
      return result;
    },
    isUnsettled: () => progress.isSending || progress.unsettledSince !== undefined,
  };
}

function deleteWrite(root: string, prepared: PreparedWrite): Write {
  const { key, expect } = prepared;
  const paths = entryPaths(root, key);
  const rev = newRev();
  const trace = traceOf(rev);
  return {
    name: 'delete',
    root,
    prepared,
    rev,
    async steps() {
      if ('rev' in expect) {
        return [
          { do: 'remove', path: paths.mark(expect.rev) },
          { do: 'remove', path: paths.record },
          { do: 'set', path: paths.node, data: trace },
        ];
      }
      // To expect that nothing is there: the record is created and removed in one step.
      return [
        { do: 'create', path: paths.record },
        { do: 'remove', path: paths.record },
      ];
    },
    judge: (step, why) => (step.do === 'create' && why === 'absent' ? 'done' : 'lost'),
    async hasHappened(link) {
      const left = await link.data(paths.node);
      return left !== undefined && trace.equals(left);
    },
  };
}

/**
 * Remove the znode of a key and those above it, as far as they hold nothing.
 *
 * Whoever writes below them at the same time finds them gone and creates them again.
 */
async function tidy(link: Requests, root: string, structure: Structure, key: Key): Promise<void> {
  for (const path of [...nodeChain(root, key)].reverse()) {
    try {
      const removed = await link.commit([{ do: 'remove', path }]);
      if (!removed.ok && removed.why === 'not-empty') return;
      structure.forget(path);
    } catch (error) {
      // The entry is gone all the same, and what is left holds nothing.
      if (isHeddleError(error)) return;
      throw error;
    }
  }
}
