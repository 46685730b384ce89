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

/**
 * Write a key as one string that keeps the order of segments, and whose prefixes are exactly the keys above it.
 *
 * Each segment ends with U+0000; U+0000 and U+0001 inside it are escaped, so that the end mark is unambiguous.
 */
export function encodeKey(key: Key): string {
  let text = '';
  for (const segment of key) text += `${escapeSegment(segment)}\u0000`;
  return text;
}

function escapeSegment(segment: string): string {
  if (!segment.includes('\u0000') && !segment.includes('\u0001')) return segment;
  return segment.replaceAll('\u0001', '\u0001\u0002').replaceAll('\u0000', '\u0001\u0001');
}

/** List the encoded prefixes of an encoded key, from the root (empty text) to the key itself. */
export function prefixesOf(encoded: string): string[] {
  const prefixes = [''];
  for (let end = encoded.indexOf('\u0000'); end !== -1; end = encoded.indexOf('\u0000', end + 1)) {
    prefixes.push(encoded.slice(0, end + 1));
  }
  return prefixes;
}

/** Read an encoded key back into its segments. */
export function decodeKey(encoded: string): Key {
  return encoded.split('\u0000').slice(0, -1).map(unescapeSegment);
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('\u0001\u0001', '\u0000').replaceAll('\u0001\u0002', '\u0001');
}
