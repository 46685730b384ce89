import { prefixesOf } from '../key.ts';
import type { StoredEntry } from './map.ts';

/** What a watch tells next. */
export type WatchEvent =
  | { readonly kind: 'state'; readonly entry: StoredEntry }
  | { readonly kind: 'gone'; readonly encoded: string }
  | { readonly kind: 'synced' };

/** One watch on the server: the keys whose state its client has not been told yet. */
export interface ServerWatch {
  /** True when there is something to tell. */
  readonly isDirty: boolean;
  /** The next event, from the state as it is now; undefined when nothing is left. */
  take(): WatchEvent | undefined;
  close(): void;
}

/** The watches of one server. */
export interface Watches {
  /**
   * Start a watch, dirty from the start.
   *
   * @param wake  Called for each later change.
   * @param overflow  Called when a client is so slow that more keys came and went than there are: it should start anew.
   */
  add(prefix: string, wake: () => void, overflow: () => void): ServerWatch;
  /** Tell that entries changed; the work grows with the depth of the keys, not with the number of watches. */
  changed(encoded: readonly string[]): void;
}

interface Source {
  readonly size: number;
  get(encoded: string): StoredEntry | undefined;
  range(prefix: string): StoredEntry[];
}

/** Not a key of any entry; in a set of dirty keys it marks where the first states end. */
const SYNCED = '';

const MAX_DIRTY = 65_536;

/**
 * Create the watches over a source of entries.
 *
 * A watch holds a set of dirty keys, never a queue of events: a slow client costs at most one name per key, and is told the
 * latest state when it comes to read.
 */
export function createWatches(source: () => Source): Watches {
  const byPrefix = new Map<string, Set<{ mark(encoded: string): void }>>();
  return {
    add(prefix, wake, overflow) {
      const dirty = new Set(
        source()
          .range(prefix)
          .map((entry) => entry.encoded),
      );
      dirty.add(SYNCED);
      // One iterator goes on over keys that are added later; starting a new one each time would walk over all that were deleted.
      let cursor = dirty.values();
      const subscriber = {
        mark(encoded: string) {
          dirty.add(encoded);
          wake();
          if (dirty.size > MAX_DIRTY && dirty.size > 2 * source().size) overflow();
        },
      };
      const subscribers = byPrefix.get(prefix) ?? new Set();
      byPrefix.set(prefix, subscribers.add(subscriber));
      return {
        get isDirty() {
          return dirty.size > 0;
        },
        take() {
          if (dirty.size === 0) return undefined;
          let next = cursor.next();
          if (next.done) {
            cursor = dirty.values();
            next = cursor.next();
          }
          const encoded = next.value as string;
          dirty.delete(encoded);
          return describe(source(), encoded);
        },
        close() {
          dirty.clear();
          subscribers.delete(subscriber);
          if (subscribers.size === 0 && byPrefix.get(prefix) === subscribers) byPrefix.delete(prefix);
        },
      };
    },
    changed(encodedKeys) {
      if (byPrefix.size === 0) return;
      for (const encoded of encodedKeys) {
        for (const prefix of prefixesOf(encoded)) {
          for (const subscriber of byPrefix.get(prefix) ?? []) subscriber.mark(encoded);
        }
      }
    },
  };
}

function describe(source: Source, encoded: string): WatchEvent {
  if (encoded === SYNCED) return { kind: 'synced' };
  const entry = source.get(encoded);
  return entry ? { kind: 'state', entry } : { kind: 'gone', encoded };
}
