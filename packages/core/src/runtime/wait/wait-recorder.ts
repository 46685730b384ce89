import { toHeddleError } from '../../errors/heddle-error.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key } from '../../store/store.ts';
import type { NodeSession } from '../node-session.ts';

/** Milliseconds that a wait lasts before it is recorded in the store. */
export const recordAfterMs = 250;

/**
 * Records one wait in the store once it has lasted `recordAfterMs`, and takes the record away when the wait ends.
 *
 * A store that does not answer only hides the record: the wait itself goes on, so such errors go to `onError`.
 */
export class WaitRecorder {
  readonly #session: NodeSession;
  readonly #key: Key;
  readonly #describe: () => WaitRecord | Promise<WaitRecord>;
  readonly #onRecorded: (record: WaitRecord) => void;
  readonly #onError: (error: Error) => void;
  #cancelTimer: (() => void) | undefined;
  #stopRenewing: (() => void) | undefined;
  #isWritten = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    session: NodeSession,
    key: Key,
    describe: () => WaitRecord | Promise<WaitRecord>,
    onRecorded: (record: WaitRecord) => void,
    onError: (error: Error) => void,
  ) {
    this.#session = session;
    this.#key = key;
    this.#describe = describe;
    this.#onRecorded = onRecorded;
    this.#onError = onError;
  }

  start(): void {
    this.#cancelTimer = this.#session.clock.timer(recordAfterMs, () => {
      this.#isWritten = true;
      this.#write(this.#onRecorded);
      this.#stopRenewing = this.#session.onRenewed(() => this.#write());
    });
  }

  #write(then: (record: WaitRecord) => void = () => undefined): void {
    this.#enqueue(async () => {
      const record = await this.#describe();
      await this.#session.write(this.#key, record, { liveness: true });
      then(record);
    });
  }

  /** End the record; resolves when it is gone from the store or the store would not answer. */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#stopRenewing?.();
    if (this.#isWritten) this.#enqueue(() => this.#session.remove(this.#key));
    await this.#queue;
  }

  #enqueue(operation: () => Promise<void>): void {
    this.#queue = this.#queue.then(operation).catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
  }
}
