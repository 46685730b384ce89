import { splitName } from '../../plan/names.ts';
import { groupRevision, isGroupRevision, type RoleRecord } from '../../records/role-record.ts';
import { inParallel } from '../../store/in-parallel.ts';
import type { Rev, Store } from '../../store/store.ts';
import type { Epoch } from '../epoch.ts';

/**
 * Read the present revision of every output that these roles read.
 *
 * @param sizes  How many members each group has now.
 * @returns `NODE.OUTPUT` to its revision, and `GROUP[*]` to its size; an output that is not there is left out.
 * @throws store errors.
 */
export async function readRevisions(
  store: Store,
  epoch: Epoch,
  records: Iterable<RoleRecord>,
  sizes: Readonly<Record<string, number>>,
): Promise<ReadonlyMap<string, Rev>> {
  const names = new Set([...records].flatMap(({ inputRevisions }) => Object.keys(inputRevisions ?? {})));
  const revisions = new Map<string, Rev>();
  for (const [group, size] of Object.entries(sizes)) revisions.set(groupRevision(group), String(size));
  const outputs = [...names].filter((name) => !isGroupRevision(name));
  await inParallel(outputs, async (name) => {
    const entry = await store.get(epoch.keys.value(...splitName(name)));
    if (entry !== undefined) revisions.set(name, entry.rev);
  });
  return revisions;
}
