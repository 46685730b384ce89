import assert from 'node:assert/strict';
import type { Entry, ErrorCode, Key, PutResult, Rev, Store } from '@heddle/core';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of an entry; undefined when there is none. */
export function textOf(entry: Entry | undefined): string | undefined {
  return entry && decoder.decode(entry.value);
}

/** Put a text that must be accepted; answers its revision. */
export async function create(store: Store, key: Key, text: string, liveness = false): Promise<Rev> {
  return accepted(await store.put(key, bytes(text), { expect: { absent: true }, liveness }));
}

/** Replace a text at a known revision; answers the new one. */
export async function replace(store: Store, key: Key, text: string, rev: Rev): Promise<Rev> {
  return accepted(await store.put(key, bytes(text), { expect: { rev } }));
}

/** The revision of an accepted write. */
export function accepted(result: PutResult): Rev {
  assert.equal(result.ok, true, 'the write should have been accepted');
  return result.ok ? result.rev : '';
}

/** Expect a rejection with one of these codes. */
export async function rejectsWith(codes: ErrorCode | readonly ErrorCode[], work: Promise<unknown>): Promise<void> {
  const allowed: readonly unknown[] = Array.isArray(codes) ? codes : [codes];
  const outcome = await work.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome)
    assert.fail(`expected ${allowed.join(' or ')}, got an answer: ${JSON.stringify(outcome.value)}`);
  const code = (outcome.error as { code?: unknown }).code;
  assert.ok(allowed.includes(code), `expected ${allowed.join(' or ')}, got ${String(code)}: ${String(outcome.error)}`);
}
