import type { Clock } from '../../time/clock.ts';

/** Milliseconds from the end of a wait: many waits may end at once, and the server has to tell all of them first. */
export interface ClearingTimes {
  readonly earliestMs: number;
  /** From the earliest to the latest moment. */
  readonly spreadMs: number;
}

/** Nobody sees them. */
const ofWatches: ClearingTimes = { earliestMs: 500, spreadMs: 1000 };
/** They are shown to people, and hide for so long that their role waits for something else. */
export const ofRecords: ClearingTimes = { earliestMs: 200, spreadMs: 200 };
/** Waits of which something is kept so long; what is left of those that end while there are so many goes at once. */
const mostWaiting = 100;

/** When that which is left of ended waits goes: later, spread over time, and all at once when this ends. */
export class ClearingUp {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #times: ClearingTimes;
  readonly #due = new Set<() => void>();
  #isClosed = false;

  /** @param times  @default those of watches */
  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: () => number },
    times: ClearingTimes = ofWatches,
  ) {
    this.#times = times;
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolve when what is left of a wait that ends now may go. */
  turn(): Promise<void> {
    if (this.#isClosed || this.#due.size >= mostWaiting) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#due.delete(end);
        resolve();
      };
      const cancel = this.#clock.timer(this.#times.earliestMs + this.#random() * this.#times.spreadMs, end);
      this.#due.add(end);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#due) end();
  }
}
