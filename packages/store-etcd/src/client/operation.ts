import {
  checkRoom,
  createQueues,
  delay,
  type HeddleError,
  isHeddleError,
  type OperationName,
  type OperationOptions,
  operationAmbiguous,
  operationCancelled,
  operationTimedOut,
  operationTimeoutMs,
  systemClock,
  toHeddleError,
} from '@heddle/core';
import { untilAborted } from './abort.ts';
import { kindOf } from './failure.ts';
import type { Link } from './link.ts';
import type { Links } from './links.ts';

const BUSY_PAUSE_MS = 100;

/** What is done, for messages and limits. */
export interface Task extends OperationName {
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
  const queues = createQueues();
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
        if (!current.ended.aborted) await delay(systemClock, BUSY_PAUSE_MS, state.signal);
      }
    }
  };

  return {
    async run(task, options, attempt) {
      if (closed) throw closed;
      const { name, queue, sizeBytes = 0 } = task;
      const { signal: user } = options;
      const timeoutMs = operationTimeoutMs(options);
      if (user?.aborted) throw operationCancelled(task, user.reason);
      checkRoom(name, sizeBytes, { count: running.size, sizeBytes: bytes });
      const ending = new AbortController();
      const { signal } = ending;
      const timer = setTimeout(() => ending.abort(operationTimedOut(task, timeoutMs, problem())), timeoutMs);
      const onAbort = (): void => ending.abort(operationCancelled(task, user?.reason));
      user?.addEventListener('abort', onAbort, { once: true });
      running.add(ending);
      bytes += sizeBytes;
      const place = queue === undefined ? undefined : queues.enter(queue);
      // ASSUMES: an attempt sets no link before it is given one.
      const state = { signal, isUnsettled: false } as Attempt;
      try {
        if (place) await untilAborted(place.turn, signal);
        return await repeat(state, attempt);
      } catch (error) {
        if (!state.isUnsettled || (isHeddleError(error) && error.code === 'closed')) throw error;
        throw operationAmbiguous(task, toHeddleError(error));
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
