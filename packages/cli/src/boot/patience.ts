import { type Clock, formatDuration, untilAnswered } from '@heddle/core';

export interface PatienceOptions {
  readonly clock: Clock;
  /** Milliseconds from the call until the last failure is thrown. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Takes a line when waiting begins, and now and then after. */
  readonly say: (line: string) => void;
}

/** Milliseconds between two lines of a long wait. */
const sayEveryMs = 15_000;

/**
 * Repeat an operation while there is no answer (`unavailable`, `ambiguous`): a machine is often up before its network and what it needs there.
 *
 * @param what  What is waited for: `the store zk://10.0.0.5:2181`.
 * @param operation  May be done twice.
 * @throws The last failure when the patience is over; every other error at once; the signal's reason.
 */
export function patiently<T>(what: string, operation: () => Promise<T>, options: PatienceOptions): Promise<T> {
  const { clock, patienceMs, signal, say } = options;
  const startMs = clock.monotonicMs();
  let nextLineMs = startMs;
  return untilAnswered(
    async () => {
      signal.throwIfAborted();
      return operation();
    },
    {
      clock,
      timeoutMs: patienceMs,
      signal,
      onRetry(error) {
        const nowMs = clock.monotonicMs();
        if (nowMs < nextLineMs) return;
        nextLineMs = nowMs + sayEveryMs;
        const leftMs = Math.max(0, patienceMs - (nowMs - startMs));
        say(`waits for ${what}, ${formatDuration(leftMs)} left: ${error.message}`);
      },
    },
  );
}
