import type { Entry, Key } from '@heddle/core';
import { checkReadable } from './access/readable.ts';
import { entryPaths, nodePath, readListing } from './layout.ts';
import type { Requests } from './link.ts';
import type { Operation } from './operations.ts';
import { decodeStored } from './record.ts';

/** Where a store's data is, and how it may be read. */
export interface Place {
  /** Without a slash at its end. */
  readonly root: string;
  /** A znode that this connection may read. */
  readonly barrierPath: string;
  /** Whether the server may lag behind what another one has acknowledged. */
  readonly needsBarrier: () => boolean;
}

/** Read one entry. */
export function getOperation({ root, barrierPath, needsBarrier }: Place, key: Key): Operation<Entry | undefined> {
  return {
    name: 'get',
    key,
    async attempt(link) {
      const [, entry] = await Promise.all([
        needsBarrier() ? barrier(link, barrierPath) : undefined,
        readEntry(link, root, key),
      ]);
      if (entry === undefined) await checkReadable(link, root, key);
      return entry;
    },
  };
}

/** Read the entry of a key on a link; undefined when there is none. */
export async function readEntry(link: Requests, root: string, key: Key): Promise<Entry | undefined> {
  const { record } = entryPaths(root, key);
  const data = await link.data(record);
  if (data === undefined) return undefined;
  const { rev, value } = decodeStored(record, data);
  return { key: [...key], value, rev };
}

/** Read all entries at or below a prefix, in no order. */
export function listOperation({ root, barrierPath, needsBarrier }: Place, prefix: Key): Operation<Entry[]> {
  return {
    name: 'list',
    key: prefix,
    async attempt(link) {
      const [, entries] = await Promise.all([
        needsBarrier() ? barrier(link, barrierPath) : undefined,
        readBelow(link, root, prefix),
      ]);
      if (entries.length === 0) await checkReadable(link, root, prefix);
      return entries;
    },
  };
}

async function readBelow(link: Requests, root: string, key: Key): Promise<Entry[]> {
  const path = nodePath(root, key);
  const names = await link.children(path);
  if (names === undefined) return [];
  const { hasRecord, below } = readListing(names);
  const own = hasRecord && key.length > 0 ? readEntry(link, root, key) : undefined;
  const parts = await Promise.all([own, ...below.map(({ segment }) => readBelow(link, root, [...key, segment]))]);
  return parts.flat().filter((entry) => entry !== undefined);
}

/**
 * A transaction that changes nothing goes through the leader, and the server that is asked has applied everything before it
 * when it answers. What is asked after it on the same link is answered after it.
 */
export async function barrier(link: Requests, path: string): Promise<void> {
  await link.commit([{ do: 'check', path }]);
}
