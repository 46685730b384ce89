import type { PreparedWrite, PutResult } from '@heddle/core';
import { entryPaths } from './layout.ts';
import type { Operation } from './operations.ts';
import { newRev, traceOf } from './record.ts';
import { sendWrite, type Write, type WriteProgress } from './write.ts';

/** Remove one entry; the znode of its key stays. */
export function deleteOperation(root: string, prepared: PreparedWrite): Operation<PutResult> {
  const { key } = prepared;
  const progress: WriteProgress = { unsettledSince: undefined, isSending: false };
  const write = deleteWrite(root, prepared);
  return {
    name: 'delete',
    key,
    attempt: (link) => sendWrite(link, write, progress),
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
