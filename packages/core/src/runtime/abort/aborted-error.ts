import { HeddleError } from '../../errors/heddle-error.ts';
import type { AbortRecord } from '../../records/abort-record.ts';

/**
 * Make the error of what an abort of the deployment ends or forbids.
 *
 * @param what  What was attempted, `web role app (recipes/app.rb:14) needs db.port`.
 */
export function abortedError(what: string, deployment: string, record: AbortRecord): HeddleError {
  return new HeddleError('aborted', `${what}: ${abortText(deployment, record)}`, {
    details: { abort: record },
    next: [
      'heddle abort --cancel  lifts it',
      'heddle up --resume  then runs what was aborted; where heddle up or agents still run, heddle retry NODE',
    ],
  });
}

/** Say who aborted a deployment, when and why: `deployment shop was aborted by root@ops at 2026-11-26T04:00:00Z: wrong release`. */
export function abortText(deployment: string, record: AbortRecord): string {
  return `deployment ${deployment} was ${abortedBy(record)}`;
}

/** Say who aborted, when and why, without the deployment's name. */
export function abortedBy({ by, at, reason }: AbortRecord): string {
  return `aborted by ${by} at ${at.replace(/\.\d+/, '')}${reason === undefined ? '' : `: ${reason}`}`;
}
