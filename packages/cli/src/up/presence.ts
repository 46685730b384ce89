import {
  type Epoch,
  type Expect,
  encodeRecord,
  HeddleError,
  isoTime,
  type Rev,
  type Store,
  systemClock,
  toHeddleError,
  type Watch,
} from '@heddle/core';
import { who } from '../deployment/who.ts';

const mostAttempts = 5;

/** Tells others that a `heddle up` starts the agents of an epoch, and tells it what they ask for. */
export class Presence {
  readonly #store: Store;
  readonly #epoch: Epoch;
  readonly #watch: Watch;
  readonly #onError: (error: HeddleError) => void;
  /** Of the entry that is its own. */
  #rev: Rev | undefined;
  #isAnnounced = false;

  /** @param onAsked  Told of nodes of which something may be asked. */
  constructor(store: Store, epoch: Epoch, onAsked: (node: string) => void, onError: (error: HeddleError) => void) {
    this.#store = store;
    this.#epoch = epoch;
    this.#onError = onError;
    this.#watch = store.watch(epoch.keys.retries(), {
      state: ({ key }) => onAsked(key.at(-1) as string),
      gone: () => undefined,
      synced: () => undefined,
      status: (status) => {
        if (status === 'session-lost' && this.#isAnnounced)
          this.announce().catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
      },
      failed: onError,
    });
  }

  /** Say that it is there. Throws store errors. */
  async announce(): Promise<void> {
    this.#isAnnounced = true;
    const record = encodeRecord({ by: who(), since: isoTime(systemClock) });
    const options = { guards: [this.#epoch.openGuard], liveness: true };
    let expect: Expect = { absent: true };
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const put = await this.#store.put(this.#epoch.keys.up(), record, { expect, ...options });
      if (put.ok) {
        this.#rev = put.rev;
        return;
      }
      // That of an `up` before it, which was killed: its session is not over yet, and would take the entry with it.
      expect = put.current === undefined ? { absent: true } : { rev: put.current.rev };
    }
    throw new HeddleError('ambiguous', `others keep saying that they run epoch ${this.#epoch.keys.epoch}`);
  }

  /**
   * Say that it goes. Whoever asks for something from now on is told that nobody is there.
   *
   * @returns The nodes of which something was asked before. Throws store errors.
   */
  async leave(): Promise<readonly string[]> {
    this.#isAnnounced = false;
    const rev = this.#rev;
    this.#rev = undefined;
    // Another one that took its place stays.
    if (rev !== undefined) await this.#store.delete(this.#epoch.keys.up(), { expect: { rev } });
    const asked = await this.#store.list(this.#epoch.keys.retries());
    return asked.map(({ key }) => key.at(-1) as string);
  }

  close(): Promise<void> {
    return this.#watch.close();
  }
}
