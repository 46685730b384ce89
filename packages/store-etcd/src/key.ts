import { HeddleError, type Key } from '@heddle/core';

/** A range of etcd keys: from `key` up to, not including, `end`; only `key` without one. */
export interface KeyRange {
  readonly key: Buffer;
  readonly end?: Buffer;
}

/** How the keys of a store are written as keys of etcd. */
export interface KeyCodec {
  /** The etcd key of an entry. */
  encode(key: Key): Buffer;
  /** The range of one entry. */
  only(key: Key): KeyRange;
  /** The range of all entries at or below a prefix, and of nothing else. */
  below(prefix: Key): Required<KeyRange>;
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
    // An end of no bytes would be no end: all keys from this one on.
    only: (key) => ({ key: encode(key) }),
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

function encodeSegment(segment: string): string {
  return `${segment.replaceAll(/[/%]|\p{Cc}/gu, (character) => encodeURIComponent(character))}/`;
}

function foreign(name: string): HeddleError {
  return new HeddleError('corrupt', `the etcd key ${JSON.stringify(name)} was not written by Heddle`, {
    next: ['give Heddle a root of its own: etcd://HOST:PORT/ROOT'],
  });
}
