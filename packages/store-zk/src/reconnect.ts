import { setTimeout as sleep } from 'node:timers/promises';
import { HeddleError, isHeddleError } from '@heddle/core';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const FATAL = new Set(['corrupt', 'config-invalid', 'denied']);

export interface RetryOptions {
  /** Ends the attempts; the rejection is then the signal's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds for all attempts together; undefined goes on until the signal. The clock starts with the call. */
  readonly timeoutMs?: number;
  /** For messages, e.g. `the store at zk://db:2181`. */
  readonly name: string;
  /** Told after each failed attempt. */
  readonly failed: (error: unknown) => void;
}

/**
 * Repeat an attempt until it succeeds, with pauses that double from 5 ms to 250 ms, each shortened at random by up to a half.
 *
 * An error that no repetition can mend ends it at once: corrupt, config-invalid, denied.
 * @throws such an error; unavailable when the time is over; the signal's reason.
 */
export async function attemptUntil<T>(attempt: (leftMs: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, timeoutMs = Infinity, name } = options;
  const startMs = performance.now();
  const leftMs = (): number => timeoutMs - (performance.now() - startMs);
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(Math.max(1, leftMs()));
    } catch (error) {
      signal.throwIfAborted();
      if (isHeddleError(error) && FATAL.has(error.code)) throw error;
      options.failed(error);
      if (leftMs() <= 0) throw unavailable(name, timeoutMs, error);
    }
    await pause(Math.min(pauseMs * (0.5 + Math.random() / 2), Math.max(leftMs(), 1)), signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function unavailable(name: string, timeoutMs: number, cause: unknown): HeddleError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HeddleError('unavailable', `${name} did not answer within ${timeoutMs} ms: ${why}`, { cause });
}
