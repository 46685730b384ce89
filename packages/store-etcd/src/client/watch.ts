import {
  delay,
  type Entry,
  type HeddleError,
  type Key,
  systemClock,
  toHeddleError,
  type Watch,
  type WatchHandler,
} from '@heddle/core';
import type { KeyCodec, KeyRange } from '../key.ts';
import { nextRevision } from '../revision.ts';
import type { EtcdEvent } from './etcd.ts';
import { kindOf } from './failure.ts';
import type { Link } from './link.ts';
import type { Links } from './links.ts';
import { entryOf, listRange, plainEntry } from './read.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/** A watch of a connection, which outlives links. */
export interface RangeWatch extends Watch {
  /** Liveness entries of this connection are gone. */
  sessionLost(): void;
  /** Call the handler no more, at once. */
  end(): void;
}

export interface RangeWatchOptions {
  readonly links: Links;
  readonly codec: KeyCodec;
  readonly range: KeyRange;
  readonly handler: WatchHandler;
  /** Told when the watch is over. */
  readonly over: () => void;
}

/**
 * Watch a range: list it, then follow the changes since that revision; when a link or a login ends that, begin anew.
 *
 * It remembers which entries the handler knows. So a new beginning tells only what has changed, and what has vanished; nothing in
 * between is lost, because the server keeps its history, and says so when it has dropped what would be needed.
 */
export function createRangeWatch({ links, codec, range, handler, over }: RangeWatchOptions): RangeWatch {
  const closing = new AbortController();
  const { signal } = closing;
  const known = new Map<string, { readonly key: Key; readonly rev: string }>();
  let isDown = false;

  /** Call the handler; what it throws is a fault in Heddle and ends the process, not this watch. */
  const tell = (call: () => void): void => {
    if (signal.aborted) return;
    try {
      call();
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  };
  const status = (isNowDown: boolean): void => {
    if (isDown === isNowDown) return;
    isDown = isNowDown;
    tell(() => handler.status(isDown ? 'down' : 'up'));
  };
  const state = (entry: Entry): void => {
    const id = JSON.stringify(entry.key);
    if (known.get(id)?.rev === entry.rev) return;
    known.set(id, { key: entry.key, rev: entry.rev });
    tell(() => handler.state(entry));
  };
  const gone = (key: Key): void => {
    if (known.delete(JSON.stringify(key))) tell(() => handler.gone([...key]));
  };

  const sync = async (link: Link): Promise<string> => {
    const { entries, revision } = await listRange(link, codec, range, signal);
    status(false);
    const seen = new Set(entries.map((entry) => JSON.stringify(entry.key)));
    for (const entry of entries) state(plainEntry(entry));
    for (const [id, { key }] of known) if (!seen.has(id)) gone(key);
    tell(() => handler.synced());
    return revision;
  };

  const event = ({ type, kv }: EtcdEvent): void => {
    if (type === 'Delete') gone(codec.decode(kv.key));
    else state(plainEntry(entryOf(kv, codec)));
  };

  /** Tell changes until the stream ends; rejects with why. */
  const follow = (link: Link, revision: string): Promise<never> =>
    new Promise((_, reject) => {
      const stop = (error: Error): void => {
        signal.removeEventListener('abort', onAbort);
        watch.cancel();
        reject(error);
      };
      const onAbort = (): void => stop(signal.reason as Error);
      const watch = link.watches.follow(range, nextRevision(revision), {
        events(events) {
          try {
            events.forEach(event);
          } catch (error) {
            stop(error as Error);
          }
        },
        ended: stop,
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });

  const round = async (): Promise<never> => {
    const link = await links.get(signal);
    return follow(link, await sync(link));
  };

  const end = (): void => {
    closing.abort(new Error('the watch is closed'));
    known.clear();
    over();
  };
  const fail = (error: HeddleError): void => {
    tell(() => handler.failed(error));
    end();
  };

  const run = async (): Promise<void> => {
    // Handlers are never called from within a store call.
    await new Promise((resolve) => setImmediate(resolve));
    if (!links.current) status(true);
    for (let pauseMs = FIRST_PAUSE_MS; ; ) {
      const error = toHeddleError(await round().catch((thrown: unknown) => thrown));
      if (signal.aborted) return;
      if (!canMend(error)) return fail(error);
      // A history that was compacted is no fault: the listing that comes next has what is needed.
      if (kindOf(error) !== 'compacted') status(true);
      await delay(systemClock, pauseMs, signal);
      // The next link comes after a pause of its own; a server that is busy will be so for a while.
      pauseMs = kindOf(error) === 'link' ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };

  run().catch((error: unknown) => {
    if (signal.aborted) return;
    setImmediate(() => {
      throw error;
    });
  });
  return {
    async close() {
      end();
    },
    end,
    sessionLost: () => tell(() => handler.status('session-lost')),
  };
}

/** Whether a new beginning may help: with another link, when the server has time again, or with a new login. */
function canMend(error: HeddleError): boolean {
  return error.code === 'unavailable' || kindOf(error) === 'token';
}
