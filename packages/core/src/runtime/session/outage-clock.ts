import { toHeddleError } from '../../errors/heddle-error.ts';
import type { Clock } from '../../time/clock.ts';
import { whileUnavailable } from '../retry.ts';

export interface OutageClockOptions {
  readonly clock: Clock;
  /** Milliseconds that operations wait for a store that does not answer, counted once for an outage. */
  readonly outageMs: number;
  /** Told whenever it is heard that the store answers, or does not. */
  readonly onAway: (isAway: boolean) => void;
}

/** Knows since when the store has not answered, and repeats operations that long. */
export class OutageClock {
  readonly #clock: Clock;
  readonly #outageMs: number;
  readonly #onAway: (isAway: boolean) => void;
  readonly #whenAway = new Set<() => void>();
  #silentSinceMs: number | undefined;

  constructor({ clock, outageMs, onAway }: OutageClockOptions) {
    this.#clock = clock;
    this.#outageMs = outageMs;
    this.#onAway = onAway;
  }

  /** True while the store does not answer. */
  get isAway(): boolean {
    return this.#silentSinceMs !== undefined;
  }

  /** The store does not answer, since a moment of the monotonic clock or an earlier one that is known. */
  silent(sinceMs = this.#clock.monotonicMs()): void {
    this.#silentSinceMs ??= sinceMs;
    this.#onAway(true);
    for (const told of this.#whenAway) told();
  }

  heard(): void {
    this.#silentSinceMs = undefined;
    this.#onAway(false);
  }

  /**
   * Do an operation that may be left out; undefined when the store does not answer, also when that is heard only meanwhile or from the operation itself.
   *
   * Throws what else it throws before that.
   */
  async unlessAway<T>(operation: () => Promise<T>): Promise<T | undefined> {
    if (this.isAway) return undefined;
    const result = operation().catch((thrown: unknown) => {
      if (toHeddleError(thrown).code === 'unavailable') return undefined;
      throw thrown;
    });
    let told: () => void = () => undefined;
    const away = new Promise<undefined>((resolve) => {
      told = () => resolve(undefined);
    });
    this.#whenAway.add(told);
    try {
      return await Promise.race([result, away]);
    } finally {
      this.#whenAway.delete(told);
      // Nobody is told any more what became of it.
      result.catch(() => undefined);
    }
  }

  /** Do an operation, again while the store does not answer, as long as is left of the outage; throws what it throws. */
  async patiently<T>(operation: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.monotonicMs();
    const silentMs = startMs - (this.#silentSinceMs ?? startMs);
    const attempt = async () => {
      try {
        const answer = await operation();
        this.heard();
        return answer;
      } catch (thrown) {
        // Every other refusal is an answer.
        if (!['unavailable', 'ambiguous'].includes(toHeddleError(thrown).code)) this.heard();
        throw thrown;
      }
    };
    return whileUnavailable(attempt, {
      clock: this.#clock,
      timeoutMs: Math.max(0, this.#outageMs - silentMs),
      onRetry: () => this.silent(startMs),
    });
  }
}
