import { roleDigest } from '../../plan/digest.ts';
import type { PlanRole } from '../../plan/plan.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { Rev } from '../../store/store.ts';

/**
 * How a role stands to what it would do now: `good` when it need not run again; `unfinished` when it has not ended; `changed` when its
 * definition is another one; `outdated` when a value that it read was replaced; `failed` when it ended otherwise than well.
 */
export type Standing = 'good' | 'unfinished' | 'failed' | 'changed' | 'outdated';

/**
 * Judge whether a role has to run again.
 *
 * @param revisions  `NODE.OUTPUT` to its revision now, for all outputs that the record says were read.
 */
export function standingOf(
  role: PlanRole,
  record: RoleRecord | undefined,
  revisions: ReadonlyMap<string, Rev>,
): Standing {
  if (record === undefined || record.state === 'pending' || record.state === 'running') return 'unfinished';
  if (record.state !== 'done') return 'failed';
  if (record.digest !== roleDigest(role)) return 'changed';
  return isOutdated(record, revisions) ? 'outdated' : 'good';
}

/** True when a value that the role read has been replaced since. */
export function isOutdated(record: RoleRecord, revisions: ReadonlyMap<string, Rev>): boolean {
  return supersededInputs(record, revisions).length > 0;
}

/** The outputs, `NODE.OUTPUT`, that a role read and that have been replaced since. */
export function supersededInputs(record: RoleRecord, revisions: ReadonlyMap<string, Rev>): readonly string[] {
  return Object.entries(record.inputRevisions ?? {})
    .filter(([name, rev]) => revisions.get(name) !== rev)
    .map(([name]) => name);
}
