import { compareKeys, type Entry, type Key, type OperationOptions, operationName } from '@heddle/core';
import type { KeyCodec, KeyRange } from '../key.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import { formatRev } from '../revision.ts';
import { decodeStored } from '../stored.ts';
import type { Connection } from './connection.ts';
import type { KeyValue } from './etcd.ts';
import type { Link } from './link.ts';

/** An entry with what only the server's replies say of it. */
export interface ServerEntry extends Entry {
  readonly writeId: string;
  readonly modRevision: string;
}

/** Everything in a range at one revision of the server. */
export interface Listing {
  /** In the order of etcd, which is not the order of keys. */
  readonly entries: readonly ServerEntry[];
  readonly revision: string;
}

/** Read one entry as it stands now. Throws like an operation. */
export async function getEntry(
  { operations, codec }: Connection,
  key: Key,
  options: OperationOptions,
): Promise<Entry | undefined> {
  const task = operationName('get', key);
  const request = { key: codec.encode(key) };
  return operations.run(task, options, async ({ link, signal }) => {
    const { kvs } = await link.range(request, signal);
    return kvs[0] && plainEntry(entryOf(kvs[0], codec));
  });
}

/** Read all entries at or below a prefix as they stood at one moment, in key order. Throws like an operation. */
export async function listEntries(
  { operations, codec }: Connection,
  prefix: Key,
  options: OperationOptions,
): Promise<readonly Entry[]> {
  const task = operationName('list', prefix);
  const range = codec.below(prefix);
  const { entries } = await operations.run(task, options, ({ link, signal }) => listRange(link, codec, range, signal));
  return entries.map(plainEntry).sort((a, b) => compareKeys(a.key, b.key));
}

/**
 * Read a range page by page, all pages at the revision of the first.
 *
 * @throws what the link throws; a failure of kind `compacted` when the server forgot that revision meanwhile; corrupt.
 */
export async function listRange(link: Link, codec: KeyCodec, range: KeyRange, signal: AbortSignal): Promise<Listing> {
  const entries: ServerEntry[] = [];
  const end = range.end === undefined ? {} : { range_end: range.end };
  let key = range.key;
  let revision: string | undefined;
  for (;;) {
    const at = revision === undefined ? {} : { revision };
    const page = await link.range({ key, ...end, limit: PAGE_ENTRIES, ...at }, signal);
    revision ??= page.header.revision;
    for (const row of page.kvs) entries.push(entryOf(row, codec));
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return { entries, revision };
    key = Buffer.concat([last.key, Buffer.of(0)]);
  }
}

/** Read what the server says of one key. @throws corrupt when Heddle did not write it. */
export function entryOf(row: KeyValue, codec: KeyCodec): ServerEntry {
  const { writeId, value } = decodeStored(row.value, row.key.toString());
  const rev = formatRev(row.create_revision, row.mod_revision);
  return { key: codec.decode(row.key), value, rev, writeId, modRevision: row.mod_revision };
}

/** An entry with nothing but the contract's fields. */
export function plainEntry({ key, value, rev }: ServerEntry): Entry {
  return { key, value, rev };
}
