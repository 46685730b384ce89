import type { Clock } from '../../time/clock.ts';

/** Milliseconds from the end of a wait until its watches are closed: many waits may end at once, and the server has to tell all of them first. */
const earliestMs = 500;
const spreadMs = 1000;
/** Waits that keep their watches so long; those that end while there are so many close theirs at once. */
const mostWaiting = 100;

/** When the watches of ended waits are closed: later, spread over time, and all at once when this ends. */
export class ClearingUp {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #due = new Set<() => void>();
  #isClosed = false;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolve when what belongs to a wait that ends now may be closed. */
  turn(): Promise<void> {
    if (this.#isClosed || this.#due.size >= mostWaiting) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#due.delete(end);
        resolve();
      };
      const cancel = this.#clock.timer(earliestMs + this.#random() * spreadMs, end);
      this.#due.add(end);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#due) end();
  }
}
