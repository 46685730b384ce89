import { type HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { Store } from '../store/store.ts';
import { closedEpochError } from './closed-epoch-error.ts';
import { type Epoch, missingEpochError } from './epoch.ts';

/**
 * Give a refusal its cause: closing an epoch takes back what its nodes were granted, so a node that is denied what it may do, and finds
 * `open` changed or closed to it, belongs to a closed epoch; one whose guard on `open` does not hold, and finds none, to one that has been
 * removed. Every other error is given back as it is.
 */
export async function explainDenied(store: Store, epoch: Epoch, thrown: unknown): Promise<HeddleError> {
  const error = toHeddleError(thrown);
  if (error.code === 'fenced') return explainFenced(store, epoch, error);
  if (error.code !== 'denied') return error;
  try {
    const open = await store.get(epoch.keys.open());
    if (open?.rev === epoch.openGuard.rev) return error;
  } catch (refusal) {
    // Every node may read it while its rights hold; without an answer nobody can say.
    if (toHeddleError(refusal).code !== 'denied') return error;
  }
  return closedEpochError(epoch.deployment, epoch.keys.epoch, error);
}

async function explainFenced(
  store: Store,
  { deployment, keys, openGuard }: Epoch,
  error: HeddleError,
): Promise<HeddleError> {
  const { guard } = error.details;
  if (!Array.isArray(guard) || guard.join('/') !== openGuard.key.join('/')) return error;
  try {
    if ((await store.get(openGuard.key)) !== undefined) return error;
    const missing = await missingEpochError(store, deployment, keys.epoch, 'fenced');
    return missing.code === 'fenced' ? missing : error;
  } catch {
    // Only the wording depends on it.
    return error;
  }
}
