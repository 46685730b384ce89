import type { HeddleError } from '../../errors/heddle-error.ts';
import type { AbortRecord } from '../../records/abort-record.ts';
import type { NodeSession } from '../node-session.ts';
import { abortedError } from './aborted-error.ts';

/**
 * Refuse what an aborted deployment does no more.
 *
 * @param what  What is attempted, for the message.
 * @throws aborted while the deployment is, as far as this agent has been told.
 */
export function throwIfAborted(session: NodeSession, what: () => string): void {
  if (session.abort !== undefined) throw errorOf(session, session.abort, what);
}

/**
 * Call `end` as soon as the deployment is aborted; at once when it is.
 *
 * @returns A function that stops listening.
 */
export function whenAborted(session: NodeSession, what: () => string, end: (error: HeddleError) => void): () => void {
  const tell = (record: AbortRecord | undefined) => {
    if (record !== undefined) end(errorOf(session, record, what));
  };
  const stop = session.onAbort(tell);
  tell(session.abort);
  return stop;
}

function errorOf(session: NodeSession, record: AbortRecord, what: () => string): HeddleError {
  return abortedError(what(), session.epoch.deployment, record);
}
