import {
  type HeddleError,
  type Key,
  type Rev,
  toHeddleError,
  type WatchHandler,
  type WatchOptions,
} from '@heddle/core';
import type { Link } from '../link.ts';
import { type Crawl, type CrawlOptions, startCrawl } from './crawl.ts';
import { startEntryCrawl } from './entry-crawl.ts';
import type { WatchTableOptions } from './watch-table.ts';

/** One watch on a prefix; it outlives the links. */
export interface TreeWatch {
  /** A new link: all states are read again. */
  start(link: Link): void;
  stop(): void;
  status(status: 'up' | 'down' | 'session-lost'): void;
  /** Tell the error as the last thing. */
  fail(error: HeddleError): void;
  /** Call the handler no more. */
  close(): void;
}

export interface TreeWatchOptions extends WatchTableOptions, WatchOptions {
  /** Told when the watch is over. */
  readonly over: () => void;
}

/**
 * Create a watch that remembers which entries its handler knows.
 *
 * With that it can tell after a reconnect which of them vanished meanwhile, and drops what the handler has been told already.
 */
export function createTreeWatch(prefix: Key, handler: WatchHandler, options: TreeWatchOptions): TreeWatch {
  const known = new Map<string, { readonly key: Key; readonly rev: Rev }>();
  let crawl: Crawl | undefined;
  let seen: Set<string> | undefined;
  let isClosed = false;
  let isFailed = false;

  // In a turn of its own: what a handler throws ends the process, and does not look like a failed read.
  const tell = (call: () => void): void => queueMicrotask(() => (isClosed ? undefined : call()));

  const gone = (path: string): void => {
    const entry = known.get(path);
    if (known.delete(path) && entry) tell(() => handler.gone([...entry.key]));
  };

  const synced = (): void => {
    for (const path of known.keys()) if (seen?.has(path) !== true) gone(path);
    seen = undefined;
    tell(() => handler.synced());
  };

  const close = (): void => {
    isClosed = true;
    crawl?.close();
    known.clear();
    options.over();
  };

  const fail = (error: HeddleError): void => {
    if (isFailed) return;
    isFailed = true;
    // After what has been told already, and nothing after it.
    queueMicrotask(() => {
      if (isClosed) return;
      close();
      handler.failed(error);
    });
  };

  return {
    start(link) {
      seen = new Set();
      const reading: CrawlOptions = {
        link,
        root: options.root,
        prefix,
        needsBarrier: options.needsBarrier(),
        barrierPath: options.barrierPath,
        knownRev: (path) => (seen?.has(path) === false ? undefined : known.get(path)?.rev),
        state(path, entry) {
          // A state that is known already is told once more after a reconnect, as part of the sync.
          if (known.get(path)?.rev === entry.rev && seen?.has(path) !== false) return;
          known.set(path, { key: entry.key, rev: entry.rev });
          seen?.add(path);
          tell(() => handler.state(entry));
        },
        gone,
        synced,
        failed(thrown) {
          const error = toHeddleError(thrown);
          // A lost link is followed by another one, and by a new start.
          if (error.code !== 'unavailable') fail(error);
        },
      };
      crawl = options.below === false ? startEntryCrawl(reading, options.isExpected === true) : startCrawl(reading);
    },
    stop() {
      crawl?.close();
      crawl = undefined;
    },
    status(status) {
      tell(() => handler.status(status));
    },
    fail,
    close,
  };
}
