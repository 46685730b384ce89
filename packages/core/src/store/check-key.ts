import { HeddleError } from '../errors/heddle-error.ts';
import type { Key } from './store.ts';

const maxSegments = 16;
const maxSegmentBytes = 1024;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Refuse a key or prefix that no store takes.
 *
 * A key has 1 to 16 segments, a prefix may have none; a segment has 1 to 1024 bytes as UTF-8 and is well-formed Unicode.
 * Anything else inside a segment is allowed: slashes, dots, spaces, control characters.
 * @throws bad-key
 */
export function checkKey(key: Key, what: 'key' | 'prefix' = 'key'): void {
  const problem = problemOf(key, what);
  if (problem !== undefined) throw new HeddleError('bad-key', `store ${what} ${show(key)}: ${problem}`);
}

/** Order keys segment by segment, by UTF-16 code units; a key comes before those below it. */
export function compareKeys(a: Key, b: Key): number {
  for (const [index, segment] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (segment !== other) return segment < other ? -1 : 1;
  }
  return a.length - b.length;
}

function problemOf(key: Key, what: 'key' | 'prefix'): string | undefined {
  if (!Array.isArray(key)) return 'not a list of segments';
  if (what === 'key' && key.length === 0) return 'no segments';
  if (key.length > maxSegments) return `${key.length} segments, at most ${maxSegments} are allowed`;
  for (const segment of key as readonly unknown[]) {
    if (typeof segment !== 'string') return 'a segment is not text';
    if (segment === '') return 'a segment is empty';
    if (loneSurrogate.test(segment)) return 'a segment is not well-formed Unicode';
    if (Buffer.byteLength(segment) > maxSegmentBytes) return `a segment is longer than ${maxSegmentBytes} bytes`;
  }
  return undefined;
}

function show(key: unknown): string {
  const text = JSON.stringify(key) ?? String(key);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
