import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import { type Clock, delay } from '../time/clock.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** Milliseconds from the call until the last failure is thrown. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Told once per failed try. */
  readonly onRetry?: (error: Error) => void;
}

const firstPauseMs = 50;
const longestPauseMs = 1000;

/**
 * Repeat an operation while that which it needs does not answer (`unavailable`), until `timeoutMs` has passed.
 *
 * Only for operations that may be repeated: reads, and writes whose outcome the caller settles. Every other error is thrown at once.
 */
export async function whileUnavailable<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const start = options.clock.monotonicMs();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await operation();
    } catch (thrown) {
      const error = toHeddleError(thrown);
      const leftMs = options.timeoutMs - (options.clock.monotonicMs() - start);
      if (error.code !== 'unavailable' || leftMs <= 0) throw error;
      options.onRetry?.(error);
      await delay(options.clock, Math.min(pauseMs, leftMs), options.signal);
    }
  }
}

/**
 * As `whileUnavailable`, also where an answer was lost: only for what may be done twice.
 */
export function untilAnswered<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const unambiguous = (thrown: unknown): never => {
    const error = toHeddleError(thrown);
    throw error.code === 'ambiguous' ? new HeddleError('unavailable', error.message, { cause: error }) : error;
  };
  return whileUnavailable(() => operation().catch(unambiguous), options);
}
