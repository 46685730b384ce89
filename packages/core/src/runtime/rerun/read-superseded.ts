import { toHeddleError } from '../../errors/heddle-error.ts';
import { splitName } from '../../plan/names.ts';
import { isGroupRevision, type RoleRecord } from '../../records/role-record.ts';
import { inParallel } from '../../store/in-parallel.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Rev, Store } from '../../store/store.ts';
import { supersededInputs } from './standing.ts';

/**
 * Read which roles that ended well have read outputs that were written again since: who they are, `NODE.ROLE`, and what they read,
 * `NODE.OUTPUT`. Of an output that this connection may not see nothing is said.
 *
 * @param records  Read before: a revision that is looked up now is the one that was read, or a newer one.
 * @throws store errors.
 */
export async function readSuperseded(
  store: Store,
  keys: EpochKeys,
  records: readonly RoleRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const done = records.filter(({ state }) => state === 'done');
  const revisions = new Map<string, Rev>();
  const names = new Set(done.flatMap(({ inputRevisions }) => Object.keys(inputRevisions ?? {})));
  const outputs = [...names].filter((name) => !isGroupRevision(name));
  await inParallel(outputs, async (name) => {
    try {
      const entry = await store.get(keys.value(...splitName(name)));
      if (entry !== undefined) revisions.set(name, entry.rev);
    } catch (thrown) {
      if (toHeddleError(thrown).code !== 'denied') throw thrown;
    }
  });
  const superseded = new Map<string, readonly string[]>();
  for (const record of done) {
    const read = supersededInputs(record, revisions).filter((name) => revisions.has(name));
    if (read.length > 0) superseded.set(`${record.node}.${record.role}`, read);
  }
  return superseded;
}
