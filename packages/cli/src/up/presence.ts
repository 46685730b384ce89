import {
  type Epoch,
  encodeRecord,
  type HeddleError,
  isoTime,
  type Store,
  systemClock,
  toHeddleError,
  type Watch,
} from '@heddle/core';
import { who } from '../deployment/who.ts';

/** Tells others that a `heddle up` starts the agents of an epoch, and tells it what they ask for. */
export class Presence {
  readonly #store: Store;
  readonly #epoch: Epoch;
  readonly #watch: Watch;
  readonly #onError: (error: HeddleError) => void;
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
    const put = await this.#store.put(this.#epoch.keys.up(), record, { expect: { absent: true }, ...options });
    if (put.ok || put.current === undefined) return;
    // That of an `up` before it, which was killed: its session is not over yet, and would take the entry with it.
    await this.#store.put(this.#epoch.keys.up(), record, { expect: { rev: put.current.rev }, ...options });
  }

  /**
   * Say that it goes. Whoever asks for something from now on is told that nobody is there.
   *
   * @returns The nodes of which something was asked before. Throws store errors.
   */
  async leave(): Promise<readonly string[]> {
    this.#isAnnounced = false;
    const entry = await this.#store.get(this.#epoch.keys.up());
    if (entry !== undefined) await this.#store.delete(entry.key, { expect: { rev: entry.rev } });
    const asked = await this.#store.list(this.#epoch.keys.retries());
    return asked.map(({ key }) => key.at(-1) as string);
  }

  close(): Promise<void> {
    return this.#watch.close();
  }
}
