import {
  type Condition,
  delay,
  type HeddleError,
  type Judgement,
  judgeConditions,
  presentOutputs,
  type Store,
  systemClock,
  toHeddleError,
  type WhyState,
} from '@heddle/core';
import { ConditionFollower, outputsOf } from './condition-follower.ts';
import { timeoutError, waitingText, waitLine } from './wait-text.ts';
import { watchEpochEnd } from './watch-epoch-end.ts';

/** Milliseconds between two lines of a wait that goes on. */
const lineIntervalMs = 15_000;
/** Milliseconds before a store that did not answer is asked again. */
const askAgainMs = 1000;

export interface AwaitConditions {
  readonly conditions: readonly Condition[];
  /** End with an error as soon as any role of the deployment has failed or is lost. */
  readonly failOnAny: boolean;
  readonly timeoutMs: number;
  /** Gets a line every 15 s. */
  readonly print: (line: string) => void;
}

/**
 * Wait until all conditions hold, and resolve with the milliseconds that took.
 *
 * A wait stays with the epoch in which it began.
 * @throws wait-timeout; producer-failed, never-written, producer-lost when one can never hold; aborted; fenced when the epoch was closed;
 *   unavailable when the store does not answer until the timeout; other store errors.
 */
export async function awaitConditions(store: Store, first: WhyState, options: AwaitConditions): Promise<number> {
  const { conditions, failOnAny, timeoutMs, print } = options;
  if (judgeConditions(conditions, first, failOnAny).kind === 'hold') return 0;
  const startMs = systemClock.monotonicMs();
  const elapsedMs = () => systemClock.monotonicMs() - startMs;
  const wait = new ConditionWait(store, first, options);
  const lines = setInterval(() => print(waitLine(wait.progress(), elapsedMs(), timeoutMs)), lineIntervalMs);
  const stopClock = systemClock.timer(timeoutMs, () => wait.fail(timeoutError(first, wait.progress(), timeoutMs)));
  try {
    await wait.ended;
    return elapsedMs();
  } finally {
    clearInterval(lines);
    stopClock();
    await wait.close();
  }
}

/** How far a wait is, for the lines that it prints. */
export interface Progress {
  readonly judgement: Judgement;
  readonly isStoreDown: boolean;
}

class ConditionWait {
  readonly ended: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: HeddleError) => void = () => undefined;
  readonly #store: Store;
  readonly #options: AwaitConditions;
  readonly #outputs: readonly string[];
  readonly #follower: ConditionFollower;
  readonly #epoch: { close(): Promise<void> };
  #judgement: Judgement;
  #isReady = false;
  #hasEnded = false;
  #isConfirming = false;
  #isStale = false;

  constructor(store: Store, first: WhyState, options: AwaitConditions) {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#store = store;
    this.#options = options;
    this.#outputs = outputsOf(options.conditions);
    this.#judgement = this.#judge(first);
    const fail = (error: HeddleError) => this.fail(error);
    this.#follower = new ConditionFollower(
      store,
      first,
      options.conditions,
      options.failOnAny,
      () => this.#look(),
      fail,
    );
    this.#epoch = watchEpochEnd(store, first, () => waitingText(this.progress()), fail);
    void this.#follower.ready.then(() => {
      this.#isReady = true;
      this.#look();
    });
  }

  progress(): Progress {
    return { judgement: this.#judgement, isStoreDown: this.#follower.isStoreDown };
  }

  fail(error: HeddleError): void {
    this.#hasEnded = true;
    this.#reject(error);
  }

  async close(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([this.#follower.close(), this.#epoch.close()]);
  }

  #judge(state: WhyState): Judgement {
    return judgeConditions(this.#options.conditions, state, this.#options.failOnAny);
  }

  #look(): void {
    // What is told piece by piece at the start is judged as a whole.
    if (!this.#isReady || this.#hasEnded) return;
    this.#judgement = this.#judge(this.#follower.state);
    if (this.#judgement.kind === 'hold') this.#resolve();
    if (this.#judgement.kind === 'never') void this.#confirm();
  }

  /** The end record of a role is its last write, but each key is told of by a watch of its own: only a later look at the values decides. */
  async #confirm(): Promise<void> {
    this.#isStale = true;
    if (this.#isConfirming) return;
    this.#isConfirming = true;
    while (this.#isStale && !this.#hasEnded) {
      this.#isStale = false;
      try {
        const { state } = this.#follower;
        const confirmed = this.#judge({ ...state, present: await presentOutputs(this.#store, state, this.#outputs) });
        if (confirmed.kind === 'never') this.fail(confirmed.error);
      } catch (thrown) {
        const error = toHeddleError(thrown);
        if (error.code !== 'unavailable') return this.fail(error);
        await delay(systemClock, askAgainMs);
        this.#isStale = true;
      }
    }
    this.#isConfirming = false;
  }
}
