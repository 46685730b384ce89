import { HeddleError, isHeddleError, type Key, type OperationOptions, toHeddleError } from '@heddle/core';
import { MAX_PENDING, MAX_PENDING_BYTES } from '../limits.ts';
import { pause, untilAborted } from './abort.ts';
import { kindOf } from './failure.ts';
import type { Link } from './link.ts';
import type { Links } from './links.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMER_MS = 2_147_483_647;
const BUSY_PAUSE_MS = 100;

/** What is done, for messages and limits. */
export interface Task {
  /** For example `store put of a/b`. */
  readonly name: string;
  readonly key: Key;
  /** Writes with the same text happen one after the other, in the order in which they were asked for. */
  readonly queue?: string;
  /** Bytes that wait with it. @default 0 */
  readonly sizeBytes?: number;
}

/** One try of an operation. */
export interface Attempt {
  readonly link: Link;
  /** Aborted when the caller cancels, the time is over, or the store is closed. */
  readonly signal: AbortSignal;
  /** True while the server may have done what was sent, without having answered. A write keeps it. */
  isUnsettled: boolean;
}

/** The operations that wait for the server. */
export interface Operations {
  /**
   * Try until there is an answer: a try whose link failed is repeated on the next one.
   *
   * @throws what the try throws; unavailable when the time is over, interrupted when the caller cancels, closed; instead of any
   * of them ambiguous when the try was left unsettled, except for closed.
   */
  run<T>(task: Task, options: OperationOptions, attempt: (attempt: Attempt) => Promise<T>): Promise<T>;
  /** Fail everything that waits, and what is asked for later. */
  close(error: HeddleError): void;
}

/** Create the table of operations; bounded, one over the bound fails with `unavailable`. */
export function createOperations(links: Links, problem: () => HeddleError | undefined): Operations {
  const running = new Set<AbortController>();
  const queues = new Map<string, Promise<void>>();
  let bytes = 0;
  let closed: HeddleError | undefined;

  const repeat = async <T>(state: Attempt, attempt: (attempt: Attempt) => Promise<T>): Promise<T> => {
    for (;;) {
      const current = await links.get(state.signal);
      try {
        return await attempt(Object.assign(state, { link: current }));
      } catch (error) {
        state.signal.throwIfAborted();
        const kind = kindOf(error);
        if (kind !== 'link' && kind !== 'busy' && kind !== 'compacted') throw error;
        // The next link comes after a pause of its own, but a server that is only busy keeps this one.
        if (!current.ended.aborted) await pause(BUSY_PAUSE_MS, state.signal);
      }
    }
  };

  /** Wait for the turn; answers how to pass it on. */
  const enqueue = (queue: string): { readonly turn: Promise<void>; leave(): void } => {
    const before = queues.get(queue) ?? Promise.resolve();
    let leave = (): void => undefined;
    const own = new Promise<void>((resolve) => (leave = resolve));
    const after = before.then(() => own);
    queues.set(queue, after);
    void after.then(() => (queues.get(queue) === after ? queues.delete(queue) : undefined));
    return { turn: before, leave };
  };

  return {
    async run(task, options, attempt) {
      if (closed) throw closed;
      const { name, key, queue, sizeBytes = 0 } = task;
      const { signal: user } = options;
      const timeoutMs = Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMER_MS);
      if (user?.aborted) throw cancelled(name, key, user.reason);
      if (running.size >= MAX_PENDING || (bytes > 0 && bytes + sizeBytes > MAX_PENDING_BYTES)) {
        throw new HeddleError('unavailable', `${name}: too many operations are waiting for the store`);
      }
      const ending = new AbortController();
      const { signal } = ending;
      const timer = setTimeout(() => {
        const why = problem();
        const text = `${name}: no answer within ${timeoutMs} ms${why === undefined ? '' : `: ${why.message}`}`;
        ending.abort(new HeddleError('unavailable', text, { details: { key }, cause: why }));
      }, timeoutMs);
      const onAbort = (): void => ending.abort(cancelled(name, key, user?.reason));
      user?.addEventListener('abort', onAbort, { once: true });
      running.add(ending);
      bytes += sizeBytes;
      const place = queue === undefined ? undefined : enqueue(queue);
      // ASSUMES: an attempt sets no link before it is given one.
      const state = { signal, isUnsettled: false } as Attempt;
      try {
        if (place) await untilAborted(place.turn, signal);
        return await repeat(state, attempt);
      } catch (error) {
        throw state.isUnsettled && !(isHeddleError(error) && error.code === 'closed') ? ambiguous(task, error) : error;
      } finally {
        place?.leave();
        clearTimeout(timer);
        user?.removeEventListener('abort', onAbort);
        running.delete(ending);
        bytes -= sizeBytes;
      }
    },
    close(error) {
      closed = error;
      for (const ending of running) ending.abort(error);
    },
  };
}

function cancelled(name: string, key: Key, reason: unknown): HeddleError {
  return new HeddleError('interrupted', `${name}: cancelled by the caller`, { details: { key }, cause: reason });
}

function ambiguous({ name, key }: Task, cause: unknown): HeddleError {
  const { message } = toHeddleError(cause);
  const text = message.startsWith(name) ? message : `${name}: ${message}`;
  return new HeddleError('ambiguous', `${text}; it was sent, and whether it happened is unknown`, {
    details: { key },
    cause,
  });
}
