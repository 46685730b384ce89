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

/** A range of etcd keys: from `key` up to, not including, `end`. */
export interface KeyRange {
  readonly key: Buffer;
  readonly end: Buffer;
}

/** How the keys of a store are written as keys of etcd. */
export interface KeyCodec {
  /** The etcd key of an entry. */
  encode(key: Key): Buffer;
  /** The range of all entries at or below a prefix, and of nothing else. */
  below(prefix: Key): KeyRange;
  /** The entry of an etcd key. @throws corrupt for a key that no store of Heddle makes. */
  decode(bytes: Uint8Array): Key;
}

/**
 * Create the codec for a root.
 *
 * `/ROOT/a/b/`: every segment ends with a slash, so that the keys at or below one are exactly those that begin with it. Inside a
 * segment a slash, a percent sign and control characters are percent-encoded; all else stands as it is, readable in etcdctl.
 */
export function createKeyCodec(root: Key): KeyCodec {
  const start = `/${root.map(encodeSegment).join('')}`;
  const encode = (key: Key): Buffer => Buffer.from(start + key.map(encodeSegment).join(''));
  return {
    encode,
    below(prefix) {
      const key = encode(prefix);
      const end = Buffer.from(key);
      // The last byte is the slash, which has a successor.
      end[end.length - 1] = 0x30;
      return { key, end };
    },
    decode(bytes) {
      const text = Buffer.from(bytes).toString();
      if (!text.startsWith(start) || !text.endsWith('/') || text.length === start.length) throw foreign(text);
      try {
        return text.slice(start.length, -1).split('/').map(decodeURIComponent);
      } catch {
        throw foreign(text);
      }
    },
  };
}

/** Compare two keys segment by segment; what is above comes before what is below it. */
export function compareKeys(a: Key, b: Key): number {
  const at = a.findIndex((segment, index) => segment !== b[index]);
  if (at === -1) return a.length - b.length;
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

function encodeSegment(segment: string): string {
  return `${segment.replaceAll(/[/%]|\p{Cc}/gu, (character) => encodeURIComponent(character))}/`;
}

function foreign(name: string): HeddleError {
  return new HeddleError('corrupt', `the etcd key ${JSON.stringify(name)} was not written by Heddle`, {
    next: ['give Heddle a root of its own: etcd://HOST:PORT/ROOT'],
  });
}
