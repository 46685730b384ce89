import { HeddleError, type Key } from '@heddle/core';

const MAX_SEGMENTS = 16;
const MAX_SEGMENT_BYTES = 1024;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Refuse a key or prefix that the store does not take.
 *
 * A key has 1 to 16 segments, a prefix may have none; a segment has 1 to 1024 bytes as UTF-8 and is well-formed Unicode.
 * Anything else inside a segment is allowed: slashes, dots, spaces, control characters.
 * @throws bad-key
 */
export function checkKey(key: Key, what: 'key' | 'prefix' = 'key'): void {
  const problem = problemOf(key, what);
  if (problem !== undefined) throw new HeddleError('bad-key', `store ${what} ${show(key)}: ${problem}`);
}

function problemOf(key: Key, what: 'key' | 'prefix'): string | undefined {
  if (!Array.isArray(key)) return 'not a list of segments';
  if (what === 'key' && key.length === 0) return 'no segments';
  if (key.length > MAX_SEGMENTS) return `${key.length} segments, at most ${MAX_SEGMENTS} are allowed`;
  for (const segment of key as readonly unknown[]) {
    if (typeof segment !== 'string') return 'a segment is not text';
    if (segment === '') return 'a segment is empty';
    if (LONE_SURROGATE.test(segment)) return 'a segment is not well-formed Unicode';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

function show(key: unknown): string {
  const text = JSON.stringify(key) ?? String(key);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

/** Order keys segment by segment; a key comes before those below it. */
export function compareKeys(a: Key, b: Key): number {
  const at = a.findIndex((segment, index) => segment !== b[index]);
  if (at === -1) return a.length - b.length;
  const other = b[at];
  if (other === undefined) return 1;
  return (a[at] ?? '') < other ? -1 : 1;
}
