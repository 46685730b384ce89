import type { Clock } from '@heddle/core';
import type { Scheduler } from './scheduler.ts';

/** When virtual time begins, in milliseconds since 1970. */
const epochMs = Date.UTC(2026, 0, 1);

/** A process of the simulated world: what it waits for comes later while it is stopped, and never once it was killed. */
export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  #deferred: (() => void)[] = [];
  #isAlive = true;
  #isPaused = false;
  #wallOffsetMs = 0;

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
    this.clock = {
      wallMs: () => epochMs + scheduler.nowMs + this.#wallOffsetMs,
      monotonicMs: () => scheduler.nowMs,
      timer: (delayMs, then) => this.after(delayMs, then),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Let something happen to this process in `delayMs`. */
  after(delayMs: number, then: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#scheduler.after(delayMs, () =>
      this.#happen(() => {
        if (!isCancelled) then();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** SIGKILL: nothing happens to it any more. */
  kill(): void {
    this.#isAlive = false;
    this.#deferred = [];
  }

  /** SIGSTOP. */
  pause(): void {
    this.#isPaused = true;
  }

  /** SIGCONT: all that would have happened meanwhile happens now, one thing after the other. */
  resume(): void {
    this.#isPaused = false;
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const then of deferred) this.#scheduler.after(0, () => this.#happen(then));
  }

  /** Somebody sets the clock of its machine; deadlines know nothing of that. */
  jumpClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  #happen(then: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isPaused) this.#deferred.push(then);
    else then();
  }
}
