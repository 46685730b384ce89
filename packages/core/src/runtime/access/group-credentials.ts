import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { EpochKeys } from '../../store/keys.ts';
import { type Entry, encodeRecord, type Guard, type Store, type StoreCredentials } from '../../store/store.ts';
import { type Epoch, mustWrite, parse } from '../epoch.ts';
import type { Granted } from './grant.ts';

/** A machine that is to be a member of a group. */
export interface Joiner {
  readonly group: string;
  readonly node: string;
  /** A random text, the machine's own, that it keeps beside what it has fetched: by it the machine is known to have taken that out. */
  readonly mark: string;
}

/** What is left of credentials that a machine has taken out. */
interface TakenRecord {
  readonly takenBy: string;
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
  /**
   * Take them out of the store: nobody else shall have them. Call it when they are kept elsewhere, and again when there was no answer.
   *
   * @throws config-invalid when another machine has; fenced when the epoch is closed; store errors.
   */
  take(): Promise<void>;
}

/**
 * Fetch the credentials of a node for its machine, which connects as one that joins the group.
 *
 * @returns undefined when this machine has taken them out before.
 * @throws config-invalid when another one has; store errors.
 */
export async function fetchCredentials(
  store: Store,
  { deployment, keys, openGuard }: Epoch,
  { group, node, mark }: Joiner,
): Promise<FetchedCredentials | undefined> {
  const key = keys.credentialsFor(group, node);
  const entry = await store.get(key);
  if (takerOf(entry) === mark) return undefined;
  if (entry === undefined || takerOf(entry) !== undefined) throw takenError(deployment, keys.epoch, node);
  const taken: TakenRecord = { takenBy: mark };
  return {
    credentials: parse<StoreCredentials>(entry),
    take: async () => {
      const put = await store.put(key, encodeRecord({ ...taken }), {
        expect: { rev: entry.rev },
        guards: [openGuard],
      });
      // One of our own that had no answer may have been made.
      if (!put.ok && takerOf(put.current) !== mark) throw takenError(deployment, keys.epoch, node);
    },
  };
}

function takerOf(entry: Entry | undefined): string | undefined {
  return entry && parse<Partial<TakenRecord>>(entry).takenBy;
}

function takenError(deployment: string, epoch: string, node: string): HeddleError {
  const text = `a machine has fetched the credentials of ${node} in epoch ${epoch} of deployment ${deployment}, and it is not this one, or it has lost them`;
  return new HeddleError('config-invalid', text, {
    next: [
      'heddle seed PLAN  starts an epoch with new credentials: give Heat what it prints',
      'should no other machine be that node: somebody else has its credentials, and the new epoch makes them worthless',
    ],
  });
}
