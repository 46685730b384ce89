import type { Clock } from '@heddle/core';

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  readonly #timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  #nowMs = 0;
  #tell: () => void = () => undefined;

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  timer(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, call };
    this.#timers.add(timer);
    this.#tell();
    return () => {
      this.#timers.delete(timer);
      this.#tell();
    };
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs || !this.#timers.delete(timer)) continue;
      timer.call();
    }
  }

  /** Resolve when so many timers run. */
  async running(count: number): Promise<void> {
    while (this.#timers.size !== count) {
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
      });
    }
  }
}
