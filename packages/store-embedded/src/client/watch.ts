import type { HeddleError, Key, WatchHandler } from '@heddle/core';
import { encodeKey } from '../key.ts';
import type { EventMessage } from '../wire/messages.ts';
import { copyEntry } from './pending.ts';

/** The client's end of a watch; it outlives the link, and is started again on the next one. */
export interface ClientWatch {
  readonly prefix: Key;
  /** A new link: all states will be told again. */
  restart(): void;
  event(message: EventMessage): void;
  status(status: 'up' | 'down' | 'session-lost'): void;
  /** Tell the error as the last thing. */
  fail(error: HeddleError): void;
  /** Call the handler no more. */
  close(): void;
}

/**
 * Create a watch that remembers which entries its handler knows.
 *
 * With that it can tell after a reconnect which of them vanished meanwhile, and drops what the handler has been told already.
 * @param below  Whether entries below the prefix are told of, too; the server tells of them in any case.
 */
export function createClientWatch(prefix: Key, handler: WatchHandler, below: boolean): ClientWatch {
  const known = new Map<string, { readonly key: Key; readonly rev: string }>();
  let told: Set<string> | undefined = new Set();
  let isClosed = false;

  const sync = (seen: ReadonlySet<string>): void => {
    told = undefined;
    for (const [encoded, { key }] of known) {
      if (seen.has(encoded)) continue;
      known.delete(encoded);
      if (!isClosed) handler.gone(key);
    }
    if (!isClosed) handler.synced();
  };

  const close = (): void => {
    isClosed = true;
    known.clear();
  };

  return {
    prefix,
    restart() {
      told = new Set();
    },
    event(message) {
      if (isClosed) return;
      if (message.type === 'synced') {
        if (told) sync(told);
        return;
      }
      if (message.type === 'gone') {
        if (known.delete(encodeKey(message.key))) handler.gone([...message.key]);
        return;
      }
      for (const wire of message.entries) {
        if (!below && wire.key.length !== prefix.length) continue;
        const encoded = encodeKey(wire.key);
        if (known.get(encoded)?.rev === wire.rev && (told === undefined || told.has(encoded))) continue;
        const entry = copyEntry(wire);
        known.set(encoded, { key: entry.key, rev: entry.rev });
        told?.add(encoded);
        handler.state(entry);
      }
    },
    status(status) {
      if (!isClosed) handler.status(status);
    },
    fail(error) {
      if (isClosed) return;
      close();
      handler.failed(error);
    },
    close,
  };
}
