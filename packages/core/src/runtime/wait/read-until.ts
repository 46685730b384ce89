import type { Clock } from '../../time/clock.ts';
import { whileUnavailable } from '../retry.ts';

/** Milliseconds for one request to the store, at most. */
const longestReadMs = 10_000;

export interface ReadUntilOptions {
  readonly clock: Clock;
  /** A moment of the monotonic clock. */
  readonly endMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Read again while the store does not answer, until a moment; `read` gets the milliseconds that it may take. Throws what `read` throws. */
export function readUntil<T>(
  read: (timeoutMs: number) => Promise<T>,
  { clock, endMs, signal }: ReadUntilOptions,
): Promise<T> {
  const leftMs = () => Math.max(1, endMs - clock.monotonicMs());
  const options = { clock, timeoutMs: leftMs(), ...(signal === undefined ? {} : { signal }) };
  return whileUnavailable(() => read(Math.min(leftMs(), longestReadMs)), options);
}
