import type { StoredEntry } from '../engine/map.ts';
import type { ServerWatch, Watches } from '../engine/watches.ts';
import { decodeKey } from '../key.ts';
import type { ServerMessage } from '../wire/messages.ts';

const PART_BYTES = 262_144;
const MESSAGES_PER_TURN = 256;

/** Sends lists and the events of watches, as fast as the client takes them and in turns with everything else. */
export interface Pump {
  /** Lists that are not sent completely. */
  readonly lists: number;
  /** Answer a list request from this snapshot of the entries. */
  list(id: number, entries: readonly StoredEntry[]): void;
  watch(id: number, prefix: string): void;
  unwatch(id: number): void;
  /** The client takes messages again. */
  drained(): void;
  stop(): void;
}

interface OpenList {
  readonly id: number;
  readonly entries: readonly StoredEntry[];
  next: number;
}

/** Create the pump of one connection; `send` answers false when the client is slow, `overflow` means that it is hopelessly slow. */
export function createPump(watches: Watches, send: (message: ServerMessage) => boolean, overflow: () => void): Pump {
  const lists: OpenList[] = [];
  const open = new Map<number, ServerWatch>();
  const ready = new Map<number, ServerWatch>();
  let isScheduled = false;
  let isBlocked = false;
  let isStopped = false;

  const schedule = (): void => {
    if (isScheduled || isBlocked || isStopped) return;
    isScheduled = true;
    setImmediate(turn);
  };

  const turn = (): void => {
    isScheduled = false;
    for (let count = 0; count < MESSAGES_PER_TURN; count += 1) {
      const message = isStopped ? undefined : (nextPart() ?? nextEvent());
      if (!message) return;
      if (!send(message)) {
        isBlocked = true;
        return;
      }
    }
    schedule();
  };

  const nextPart = (): ServerMessage | undefined => {
    const list = lists[0];
    if (!list) return undefined;
    const from = list.next;
    let bytes = 0;
    while (list.next < list.entries.length && bytes < PART_BYTES) {
      const entry = list.entries[list.next] as StoredEntry;
      bytes += entry.value.byteLength + 2 * entry.encoded.length + 64;
      list.next += 1;
    }
    const last = list.next >= list.entries.length;
    if (last) lists.shift();
    return { type: 'entries', id: list.id, entries: list.entries.slice(from, list.next), last };
  };

  const nextEvent = (): ServerMessage | undefined => {
    for (const [id, watch] of ready) {
      // Behind the others again, so that a busy watch does not starve them.
      ready.delete(id);
      const event = watch.take();
      if (watch.isDirty) ready.set(id, watch);
      if (event?.kind === 'synced') return { type: 'synced', id };
      if (event?.kind === 'gone') return { type: 'gone', id, key: decodeKey(event.encoded) };
      if (event) return { type: 'state', id, entries: [event.entry] };
    }
    return undefined;
  };

  return {
    get lists() {
      return lists.length;
    },
    list(id, entries) {
      lists.push({ id, entries, next: 0 });
      schedule();
    },
    watch(id, prefix) {
      open.get(id)?.close();
      const wake = (): void => {
        const own = open.get(id);
        if (own) ready.set(id, own);
        schedule();
      };
      const watch: ServerWatch = watches.add(prefix, wake, overflow);
      open.set(id, watch);
      ready.set(id, watch);
      schedule();
    },
    unwatch(id) {
      open.get(id)?.close();
      open.delete(id);
      ready.delete(id);
    },
    drained() {
      isBlocked = false;
      schedule();
    },
    stop() {
      isStopped = true;
      for (const watch of open.values()) watch.close();
      open.clear();
      ready.clear();
      lists.length = 0;
    },
  };
}
