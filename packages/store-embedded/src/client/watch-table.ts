import type { HeddleError, Key, Watch, WatchHandler, WatchOptions } from '@heddle/core';
import type { ClientMessage, EventMessage } from '../wire/messages.ts';
import { type ClientWatch, createClientWatch } from './watch.ts';

/** The watches of one connection. */
export interface WatchTable {
  add(prefix: Key, handler: WatchHandler, options: WatchOptions, isUp: () => boolean): Watch;
  event(message: EventMessage): void;
  /** Start all watches on a new link. */
  restart(): void;
  status(status: 'up' | 'down' | 'session-lost'): void;
  /** There is no server for good: end all watches, and those that are added later. */
  fail(error: HeddleError): void;
  close(): void;
}

/** Create the table; `send` sends a message when there is a link. */
export function createWatchTable(send: (message: ClientMessage) => boolean): WatchTable {
  const watches = new Map<number, ClientWatch>();
  let lastId = 0;
  let failure: HeddleError | undefined;
  const fail = (error: HeddleError): void => {
    failure = error;
    for (const watch of watches.values()) watch.fail(error);
    watches.clear();
  };
  return {
    add(prefix, handler, { below = true }, isUp) {
      lastId += 1;
      const id = lastId;
      const watch = createClientWatch([...prefix], handler, below);
      watches.set(id, watch);
      const isSent = send({ type: 'watch', id, key: watch.prefix });
      // Handlers are never called from within a store call.
      if (!isSent) setImmediate(() => (failure ? fail(failure) : isUp() || watch.status('down')));
      return {
        async close() {
          if (!watches.delete(id)) return;
          watch.close();
          send({ type: 'unwatch', id });
        },
      };
    },
    event: (message) => watches.get(message.id)?.event(message),
    restart() {
      for (const [id, watch] of watches) {
        watch.restart();
        send({ type: 'watch', id, key: watch.prefix });
      }
    },
    status(status) {
      for (const watch of watches.values()) watch.status(status);
    },
    fail,
    close() {
      for (const watch of watches.values()) watch.close();
      watches.clear();
    },
  };
}
