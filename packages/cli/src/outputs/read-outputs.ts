import {
  byPlace,
  currentEpoch,
  epochKeys,
  missingEpochError,
  type PlanSlice,
  parse,
  type RoleRecord,
  type Store,
  storedValue,
} from '@heddle/core';
import type { OutputsState, StoredOutput } from '../views/outputs.ts';

/**
 * Read the outputs of an epoch, which may be closed.
 *
 * @param epoch  Its number as text; undefined: the current one.
 * @throws not-found and store errors.
 */
export async function readOutputs(store: Store, deployment: string, epoch?: string): Promise<OutputsState> {
  const keys = epochKeys(deployment, epoch ?? (await currentEpoch(store, deployment)));
  const nodes = (await store.list(keys.plans())).map((entry) => parse<PlanSlice>(entry).node).sort(byPlace);
  if (nodes.length === 0) throw await missingEpochError(store, deployment, keys.epoch);
  // The end record of a role is its last write: with the roles read first, an output of an ended role is there or never comes.
  const roles = (await store.list(keys.roles())).map((entry) => parse<RoleRecord>(entry));
  const values = (await store.list(keys.values())).flatMap((entry): StoredOutput[] => {
    const stored = storedValue(entry);
    if (stored === undefined) return [];
    const [node = '', output = ''] = entry.key.slice(-2);
    return [{ node, output, revision: entry.rev, envelope: stored.envelope }];
  });
  return { deployment, epoch: keys.epoch, nodes, roles, values };
}
