import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import { maxDurationMs } from '../time/duration.ts';
import type { Key, OperationOptions } from './store.ts';

/** Operations of one connection that may wait for the server at a time. */
const maxWaiting = 16_384;
/** Bytes in the writes that wait. */
const maxWaitingBytes = 134_217_728;
const defaultTimeoutMs = 10_000;

/** An operation of a store, as its messages name it. */
export interface OperationName {
  /** `store put of a/b` */
  readonly name: string;
  readonly key: Key;
}

/** Name an operation. */
export function operationName(verb: string, key: Key): OperationName {
  return { name: `store ${verb} of ${key.join('/')}`, key };
}

/** Milliseconds that an operation may take: what the caller says, at most what a timer can wait. */
export function operationTimeoutMs({ timeoutMs = defaultTimeoutMs }: OperationOptions): number {
  return Math.min(timeoutMs, maxDurationMs);
}

/**
 * Refuse an operation when too many wait already, or too much: nothing that waits is without a bound.
 *
 * @param waiting  How many wait now, and the bytes in them.
 * @throws unavailable
 */
export function checkRoom(
  name: string,
  sizeBytes: number,
  waiting: { readonly count: number; readonly sizeBytes: number },
): void {
  const isTooMuch = waiting.sizeBytes > 0 && waiting.sizeBytes + sizeBytes > maxWaitingBytes;
  if (waiting.count < maxWaiting && !isTooMuch) return;
  throw new HeddleError('unavailable', `${name}: too many operations are waiting for the store`);
}

/** The error of an operation whose time is over; `problem` is why the store cannot be reached, when that is known. */
export function operationTimedOut({ name, key }: OperationName, timeoutMs: number, problem: unknown): HeddleError {
  const why = problem === undefined ? '' : `: ${toHeddleError(problem).message}`;
  const text = `${name}: no answer within ${timeoutMs} ms${why}`;
  return new HeddleError('unavailable', text, { details: { key }, cause: problem });
}

/** The error of an operation that its caller gave up. */
export function operationCancelled({ name, key }: OperationName, reason: unknown): HeddleError {
  return new HeddleError('interrupted', `${name}: cancelled by the caller`, { details: { key }, cause: reason });
}

/** The error of a write that ended so after it was sent: nobody can say whether it happened. */
export function operationAmbiguous({ name, key }: OperationName, cause: HeddleError): HeddleError {
  const text = cause.message.startsWith(name) ? cause.message : `${name}: ${cause.message}`;
  return new HeddleError('ambiguous', `${text}; it was sent, and whether it happened is unknown`, {
    details: { key },
    cause,
  });
}
