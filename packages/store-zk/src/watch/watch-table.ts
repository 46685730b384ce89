import type { Key, Watch, WatchHandler } from '@heddle/core';
import type { Link } from '../link.ts';
import { createTreeWatch, type TreeWatch } from './tree-watch.ts';

/** The watches of one connection; they outlive its links. */
export interface WatchTable {
  add(prefix: Key, handler: WatchHandler): Watch;
  /** Start all watches on a new link. */
  start(link: Link): void;
  /** The link is lost. */
  stop(): void;
  status(status: 'up' | 'down' | 'session-lost'): void;
  close(): void;
}

export interface WatchTableOptions {
  readonly root: string;
  readonly link: () => Link | undefined;
  /** Whether the server may lag behind what another one has acknowledged. */
  readonly needsBarrier: () => boolean;
  /** Told when a watch cannot be served, for another reason than a lost link. */
  readonly failed: (error: unknown) => void;
}

/** Create the table. */
export function createWatchTable(options: WatchTableOptions): WatchTable {
  const watches = new Set<TreeWatch>();
  return {
    add(prefix, handler) {
      const watch = createTreeWatch([...prefix], handler, options);
      watches.add(watch);
      const link = options.link();
      if (link) watch.start(link);
      // Handlers are never called from within a store call.
      else setImmediate(() => options.link() ?? watch.status('down'));
      return {
        async close() {
          watches.delete(watch);
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
    close() {
      for (const watch of watches) watch.close();
      watches.clear();
    },
  };
}
