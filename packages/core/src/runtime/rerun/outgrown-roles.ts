import { ranByOtherSizes } from '../../plan/growth.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { peerSizes } from './due-roles.ts';

/** Read which roles of the session's node ended well by a plan with smaller groups than this one, in plan order. Throws store errors. */
export async function outgrownRoles(session: NodeSession, slice: PlanSlice): Promise<readonly string[]> {
  const { store, epoch, node } = session;
  const records = (await store.list([...epoch.keys.roles(), node])).map((entry) => parse<RoleRecord>(entry));
  return slice.node.roles.flatMap((role) => {
    const record = records.find((each) => each.role === role.name);
    return record?.state === 'done' && ranByOtherSizes(role, record, peerSizes(slice)) ? [role.name] : [];
  });
}
