import { HeddleError } from '../errors/heddle-error.ts';
import { randomId } from '../runtime/random-id.ts';
import { checkKey } from './check-key.ts';
import type { Expect, Guard, Key, StoreCapabilities, WriteOptions } from './store.ts';

/** The longest write id in bytes as UTF-8. */
export const maxWriteIdBytes = 255;

/** What a write says, checked; its keys belong to it. */
export interface PreparedWrite {
  readonly key: Key;
  readonly expect: Expect;
  readonly guards: readonly Guard[];
  readonly writeId: string;
}

/**
 * Check a write against the contract, and copy its keys: the caller may change what it has handed over while the write waits.
 *
 * @throws bad-key; too-large for more guards than `maxBatch` leaves room for, and for a write id of more than 255 bytes.
 */
export function prepareWrite(
  key: Key,
  { expect, guards = [], writeId = randomId() }: WriteOptions,
  { maxBatch }: StoreCapabilities,
): PreparedWrite {
  checkKey(key);
  for (const guard of guards) checkKey(guard.key);
  if (guards.length >= maxBatch) throw tooLarge(key, `more than ${maxBatch - 1} guards`);
  if (Buffer.byteLength(writeId) > maxWriteIdBytes)
    throw tooLarge(key, `the write id has more than ${maxWriteIdBytes} bytes`);
  return { key: [...key], expect, guards: guards.map((guard) => ({ key: [...guard.key], rev: guard.rev })), writeId };
}

/** Refuse a value that is larger than the store takes. @throws too-large */
export function checkValue(key: Key, { byteLength }: Uint8Array, { maxValueBytes }: StoreCapabilities): void {
  if (byteLength <= maxValueBytes) return;
  throw tooLarge(key, `${byteLength} bytes, at most ${maxValueBytes} are taken`, {
    sizeBytes: byteLength,
    maxValueBytes,
  });
}

function tooLarge(key: Key, problem: string, details: Readonly<Record<string, number>> = {}): HeddleError {
  return new HeddleError('too-large', `store write of ${key.join('/')}: ${problem}`, { details: { key, ...details } });
}
