import { HeddleError, isHeddleError } from '../errors/heddle-error.ts';
import { type Clock, delay } from '../time/clock.ts';

const firstPauseMs = 5;
const longestPauseMs = 250;
const shortestTellingMs = 200;
const fatal: ReadonlySet<string> = new Set(['corrupt', 'config-invalid', 'tool-missing', 'denied']);

export interface AttemptOptions {
  readonly clock: Clock;
  /** Ends the attempts; the rejection is then the signal's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds for all attempts together; the clock starts with the call. @default none: until the signal */
  readonly timeoutMs?: number | undefined;
  /** Who is to answer, for messages, e.g. `the store zk://db:2181`. */
  readonly name: string;
  /** Told after each failed attempt. */
  readonly failed: (error: unknown) => void;
}

/**
 * Repeat an attempt to reach a store until it succeeds, with pauses that double from 5 ms to 250 ms, each shortened at random by
 * up to a half. An attempt is told how many milliseconds are left, at least 1.
 *
 * An error that no repetition can mend ends it at once: corrupt, config-invalid, tool-missing, denied.
 * @throws such an error; unavailable when the time is over; the signal's reason.
 */
export async function attemptUntil<T>(attempt: (leftMs: number) => Promise<T>, options: AttemptOptions): Promise<T> {
  const { clock, signal, timeoutMs = Infinity, name } = options;
  const startMs = clock.monotonicMs();
  const leftMs = (): number => timeoutMs - (clock.monotonicMs() - startMs);
  let reason: unknown;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal.throwIfAborted();
    const givenMs = Math.max(1, leftMs());
    try {
      return await attempt(givenMs);
    } catch (error) {
      signal.throwIfAborted();
      if (isHeddleError(error) && fatal.has(error.code)) throw error;
      options.failed(error);
      // What failed because nearly no time was left for it tells nothing.
      if (reason === undefined || givenMs >= shortestTellingMs) reason = error;
      if (leftMs() <= 0) throw unavailable(name, timeoutMs, reason);
    }
    await delay(clock, Math.min(pauseMs * (0.5 + Math.random() / 2), Math.max(1, leftMs())), signal);
  }
}

function unavailable(name: string, timeoutMs: number, cause: unknown): HeddleError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HeddleError('unavailable', `${name} did not answer within ${timeoutMs} ms: ${why}`, { cause });
}
