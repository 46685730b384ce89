import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Guard, Store, StoreCredentials } from '../../store/store.ts';
import { type Epoch, mustWrite, parse } from '../epoch.ts';
import type { Granted } from './grant.ts';

/** A member of a group. */
export interface Member {
  readonly group: string;
  readonly node: string;
}

/** Keep the credentials of all members of groups that machines join, each until its machine has fetched it. Throws fenced; store errors. */
export async function keepForMembers(
  store: Store,
  { nodes }: Plan,
  keys: EpochKeys,
  { nodes: credentials, groups }: Granted,
  guard: Guard,
): Promise<void> {
  for (const { name, group } of nodes) {
    const given = credentials.get(name);
    if (group === null || given === undefined || !groups.has(group)) continue;
    await mustWrite(store, keys.credentialsFor(group, name), { ...given }, undefined, [guard]);
  }
}

/** What a machine has fetched. */
export interface FetchedCredentials {
  readonly credentials: StoreCredentials;
  /** Take them out of the store: nobody else shall have them. Call it when they are kept elsewhere. Throws config-invalid when another machine has; store errors. */
  remove(): Promise<void>;
}

/**
 * Fetch the credentials of a node for its machine, which connects as one that joins the group.
 *
 * @throws config-invalid when they have been fetched before; store errors.
 */
export async function fetchCredentials(
  store: Store,
  { deployment, keys }: Epoch,
  { group, node }: Member,
): Promise<FetchedCredentials> {
  const key = keys.credentialsFor(group, node);
  const entry = await store.get(key);
  const taken = () => {
    const text = `a machine has fetched the credentials of ${node} in epoch ${keys.epoch} of deployment ${deployment}, and it is not this one, or it has lost them`;
    return new HeddleError('config-invalid', text, {
      next: [
        'heddle seed PLAN  starts an epoch with new credentials: give Heat what it prints',
        'should no other machine be that node: somebody else has its credentials, and the new epoch makes them worthless',
      ],
    });
  };
  if (entry === undefined) throw taken();
  let isTried = false;
  return {
    credentials: parse<StoreCredentials>(entry),
    remove: async () => {
      // A removal of our own that had no answer may have been made.
      const mayBeOurs = isTried;
      isTried = true;
      const removed = await store.delete(key, { expect: { rev: entry.rev } });
      if (!removed.ok && !mayBeOurs) throw taken();
    },
  };
}
