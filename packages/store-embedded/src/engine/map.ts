import type { Entry } from '@heddle/core';

/** An entry as the engine keeps it; never changed in place, so that a reader may hold on to it. */
export interface StoredEntry extends Entry {
  readonly encoded: string;
  /** The write id of the entry's last write. */
  readonly writeId: string;
  /** The session that the entry lives and dies with. */
  readonly session: string | undefined;
}

/** A map in key order. */
export interface EntryMap {
  readonly size: number;
  get(encoded: string): StoredEntry | undefined;
  set(entry: StoredEntry): void;
  delete(encoded: string): void;
  /** All entries whose encoded key starts with `prefix`, in order; a copy. */
  range(prefix: string): StoredEntry[];
}

/** Create an empty map: a hash for look-ups beside a sorted list of keys, searched by halving. */
export function createEntryMap(): EntryMap {
  const entries = new Map<string, StoredEntry>();
  const keys: string[] = [];
  return {
    get size() {
      return entries.size;
    },
    get: (encoded) => entries.get(encoded),
    set(entry) {
      if (!entries.has(entry.encoded)) insert(keys, entry.encoded);
      entries.set(entry.encoded, entry);
    },
    delete(encoded) {
      if (entries.delete(encoded)) keys.splice(firstAtOrAfter(keys, encoded), 1);
    },
    range(prefix) {
      const found: StoredEntry[] = [];
      for (let index = firstAtOrAfter(keys, prefix); index < keys.length; index += 1) {
        const encoded = keys[index] as string;
        if (!encoded.startsWith(prefix)) break;
        found.push(entries.get(encoded) as StoredEntry);
      }
      return found;
    },
  };
}

function insert(keys: string[], encoded: string): void {
  const last = keys.at(-1);
  if (last === undefined || last < encoded) keys.push(encoded);
  else keys.splice(firstAtOrAfter(keys, encoded), 0, encoded);
}

function firstAtOrAfter(keys: readonly string[], encoded: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < encoded) low = middle + 1;
    else high = middle;
  }
  return low;
}
