import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { Store } from '../store/store.ts';
import type { Epoch } from './epoch.ts';

/** Make the error of who belongs to an epoch that is closed. */
export function closedEpochError(deployment: string, epoch: string, refusal?: HeddleError): HeddleError {
  return new HeddleError('fenced', `epoch ${epoch} of deployment ${deployment} is closed: a newer one was started`, {
    notes: refusal === undefined ? [] : [`the store refuses what was granted for it: ${refusal.message}`],
    next: [
      'heddle status shows which epoch is current',
      ...(refusal === undefined
        ? []
        : ['heddle seed wrote new credentials for every node: copy those of this one here']),
    ],
    cause: refusal,
  });
}

/**
 * Give a refusal its cause: closing an epoch takes back what its nodes were granted, so a node that is denied what it may do, and finds
 * `open` changed or closed to it, belongs to a closed epoch. Every other error is given back as it is.
 */
export async function explainDenied(store: Store, epoch: Epoch, thrown: unknown): Promise<HeddleError> {
  const error = toHeddleError(thrown);
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
