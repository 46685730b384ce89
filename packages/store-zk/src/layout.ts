import type { Key, Rev } from '@heddle/core';

/** The child that holds an entry's record; no segment is ever written like that. */
export const RECORD = '~';

const MARK = /^~([\w-]{22})$/;

/** Where an entry is stored, below the znode of its key. */
export interface EntryPaths {
  /** The znode of the key itself: it only holds what is below it. */
  readonly node: string;
  readonly record: string;
  /** The znode that exists as long as the entry has this revision. */
  mark(rev: Rev): string;
}

/** Say where the entry of a key is stored; `root` is the store's root without a slash at its end. */
export function entryPaths(root: string, key: Key): EntryPaths {
  const node = nodePath(root, key);
  return {
    node,
    record: `${node}/${RECORD}`,
    // A revision that this store cannot have made stands for a name that is never used: it is never current.
    mark: (rev) => (MARK.test(`~${rev}`) ? `${node}/~${rev}` : `${node}/~!`),
  };
}

/** The path of a key's znode; the empty prefix is the root. */
export function nodePath(root: string, key: Key): string {
  const path = key.reduce((parent, segment) => `${parent}/${encodeSegment(segment)}`, root);
  return path === '' ? '/' : path;
}

/** The paths of all znodes from the first segment of a key down to its own. */
export function nodeChain(root: string, key: Key): readonly string[] {
  let path = root;
  return key.map((segment) => (path = `${path}/${encodeSegment(segment)}`));
}

/** What the children of a key's znode say. */
export interface Listing {
  readonly hasRecord: boolean;
  /** The revision of the entry; undefined when there is none, or the server was seen in the middle of a write. */
  readonly rev: Rev | undefined;
  /** The segments below, each with its name as a znode. */
  readonly below: readonly { readonly name: string; readonly segment: string }[];
}

/** Read the names of a znode's children; names that this store does not write are left out. */
export function readListing(names: readonly string[]): Listing {
  const revs = names.map((name) => MARK.exec(name)?.[1]).filter((rev) => rev !== undefined);
  const below = names.flatMap((name) => {
    const segment = decodeSegment(name);
    return segment === undefined ? [] : [{ name, segment }];
  });
  return { hasRecord: names.includes(RECORD), rev: revs.length === 1 ? revs[0] : undefined, below };
}

/** Letters, digits and `_-.!*'()` stay readable; the rest is percent-encoded, and so are names that ZooKeeper or this store use. */
function encodeSegment(segment: string): string {
  if (/^[\w-]+$/.test(segment) && segment !== 'zookeeper') return segment;
  if (/^\.{1,2}$/.test(segment)) return segment.replaceAll('.', '%2E');
  if (segment === 'zookeeper') return '%7Aookeeper';
  return encodeURIComponent(segment).replaceAll('~', '%7E');
}

function decodeSegment(name: string): string | undefined {
  if (name.startsWith(RECORD)) return undefined;
  try {
    const segment = decodeURIComponent(name);
    return encodeSegment(segment) === name ? segment : undefined;
  } catch {
    // Not percent-encoding, so not a name of this store.
    return undefined;
  }
}
