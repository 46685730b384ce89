import { toHeddleError } from '../../errors/heddle-error.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
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
  readonly #number: number;
  readonly #describe: () => WaitRecord;
  readonly #onRecorded: (record: WaitRecord) => void;
  readonly #onError: (error: Error) => void;
  #cancelTimer: (() => void) | undefined;
  #stopRenewing: (() => void) | undefined;
  #isWritten = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    session: NodeSession,
    number: number,
    describe: () => WaitRecord,
    onRecorded: (record: WaitRecord) => void,
    onError: (error: Error) => void,
  ) {
    this.#session = session;
    this.#number = number;
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
    const record = this.#describe();
    this.#enqueue(async () => {
      await this.#session.write(this.#key(record), record, { liveness: true });
      then(record);
    });
  }

  /** End the record; resolves when it is gone from the store or the store would not answer. */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#stopRenewing?.();
    if (this.#isWritten) this.#enqueue(() => this.#session.remove(this.#key(this.#describe())));
    await this.#queue;
  }

  #key(record: WaitRecord) {
    return this.#session.epoch.keys.wait(record.node, record.role, this.#number);
  }

  #enqueue(operation: () => Promise<void>): void {
    this.#queue = this.#queue.then(operation).catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
  }
}
