import { resizedGroups } from '../plan/growth.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { RoleRecord } from '../records/role-record.ts';
import type { DeploymentState } from './status.ts';

/**
 * Name what makes a role outdated: outputs, `NODE.OUTPUT`, that it read and that were written again since, and groups, `GROUP[*]`, that have
 * grown since it read of their members. Empty for a role that has not ended well.
 *
 * @param sizes  How many members each group has now.
 */
export function outdatedBy(
  { superseded }: Pick<DeploymentState, 'superseded'>,
  role: PlanRole,
  record: RoleRecord | undefined,
  sizes: Readonly<Record<string, number>>,
): readonly string[] {
  if (record?.state !== 'done') return [];
  const outputs = superseded?.get(`${record.node}.${record.role}`) ?? [];
  return [...outputs, ...resizedGroups(role, record, sizes)];
}
