import { HeddleError } from '../errors/heddle-error.ts';

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
