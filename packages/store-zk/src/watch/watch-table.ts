import type { HeddleError, Key, Watch, WatchHandler, WatchOptions } from '@heddle/core';
import type { Link } from '../link.ts';
import { createTreeWatch, type TreeWatch } from './tree-watch.ts';

/** The watches of one connection; they outlive its links. */
export interface WatchTable {
  add(prefix: Key, handler: WatchHandler, wanted: WatchOptions): Watch;
  /** Start all watches on a new link. */
  start(link: Link): void;
  /** The link is lost. */
  stop(): void;
  status(status: 'up' | 'down' | 'session-lost'): void;
  /** There is no server for good: end all watches, and those that are added later. */
  fail(error: HeddleError): void;
  close(): void;
}

export interface WatchTableOptions {
  readonly root: string;
  /** A znode that this connection may read. */
  readonly barrierPath: string;
  readonly link: () => Link | undefined;
  /** Whether the server may lag behind what another one has acknowledged. */
  readonly needsBarrier: () => boolean;
}

/** Create the table. */
export function createWatchTable(options: WatchTableOptions): WatchTable {
  const watches = new Set<TreeWatch>();
  let failure: HeddleError | undefined;
  return {
    add(prefix, handler, wanted) {
      const watch = createTreeWatch([...prefix], handler, { ...options, ...wanted, over: () => watches.delete(watch) });
      watches.add(watch);
      const link = options.link();
      if (failure) watch.fail(failure);
      else if (link) watch.start(link);
      // Handlers are never called from within a store call.
      else setImmediate(() => options.link() ?? watch.status('down'));
      return {
        async close() {
          watch.close();
        },
      };
    },
    start(link) {
      for (const watch of watches) watch.start(link);
    },
    stop() {
      for (const watch of watches) watch.stop();
    },
    status(status) {
      for (const watch of watches) watch.status(status);
    },
    fail(error) {
      failure = error;
      for (const watch of watches) watch.fail(error);
    },
    close() {
      for (const watch of watches) watch.close();
    },
  };
}
