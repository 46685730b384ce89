import { toHeddleError } from '../../errors/heddle-error.ts';
import type { VerdictRecord } from '../../records/verdict-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key } from '../../store/store.ts';
import type { NodeSession } from '../node-session.ts';
import type { RecordedWait } from './wait-judge.ts';

/** Milliseconds that a wait lasts before it is recorded in the store. */
export const recordAfterMs = 250;

export interface WaitRecorderHandler {
  /** It is in the store. */
  recorded(record: WaitRecord): void;
  /** It can never end by itself. */
  condemned(verdict: VerdictRecord): void;
  /** It could not be recorded, or its record not be taken away. */
  failed(error: Error): void;
}

/**
 * Records one wait in the store once it has lasted `recordAfterMs`, and takes the record away when the wait ends.
 *
 * A store that does not answer only hides the record: the wait itself goes on, so such errors go to `failed`.
 */
export class WaitRecorder {
  readonly #session: NodeSession;
  readonly #key: Key;
  readonly #describe: () => WaitRecord | Promise<WaitRecord>;
  readonly #handler: WaitRecorderHandler;
  #stopJudging: (() => void) | undefined;
  #isStopped = false;
  #cancelTimer: (() => void) | undefined;
  #stopRenewing: (() => void) | undefined;
  #isWritten = false;
  #isEdge = true;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    session: NodeSession,
    key: Key,
    describe: () => WaitRecord | Promise<WaitRecord>,
    handler: WaitRecorderHandler,
  ) {
    this.#session = session;
    this.#key = key;
    this.#describe = describe;
    this.#handler = handler;
  }

  start(): void {
    this.#cancelTimer = this.#session.clock.timer(recordAfterMs, () => {
      this.#write((record) => this.#handler.recorded(record));
      this.#stopRenewing = this.#session.onRenewed(() => this.#write());
    });
  }

  #write(then: (record: WaitRecord) => void = () => undefined): void {
    this.#enqueue(async () => {
      const described = await this.#describe();
      if (this.#isStopped) return;
      const record = this.#isEdge ? described : { ...described, edge: false };
      this.#isWritten = true;
      const rev = await this.#session.write(this.#key, record, { liveness: true });
      then(record);
      // Written again it is another wait to whoever judges it.
      this.#stopJudging?.();
      if (!this.#isStopped) this.#stopJudging = this.#judge({ key: this.#key, rev, record });
    });
  }

  /** Whoever waits goes on in another thread: nobody may take it for blocked. Resolves when the record says so. */
  async isNoEdge(): Promise<void> {
    this.#isEdge = false;
    if (!this.#isWritten || this.#isStopped) return;
    this.#write();
    await this.#queue;
  }

  /** End the record; resolves when it is gone from the store or the store would not answer. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#stopRenewing?.();
    this.#stopJudging?.();
    this.#enqueue(async () => {
      if (this.#isWritten) await this.#session.remove(this.#key);
    });
    await this.#queue;
  }

  #enqueue(operation: () => Promise<void>): void {
    this.#queue = this.#queue.then(operation).catch((thrown: unknown) => this.#handler.failed(toHeddleError(thrown)));
  }

  #judge(wait: RecordedWait): (() => void) | undefined {
    return this.#session.judge?.recorded(wait, (verdict) => this.#handler.condemned(verdict));
  }
}
