import type { Key } from '@heddle/core';

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
