import { toHeddleError } from '../../errors/heddle-error.ts';
import type { VerdictRecord } from '../../records/verdict-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key } from '../../store/store.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { untilAnswered } from '../retry.ts';
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

interface InsistOptions {
  readonly signal?: AbortSignal;
  readonly onFailed?: () => void;
}

/**
 * Records one wait in the store once it has lasted `recordAfterMs`, and takes the record away when the wait ends.
 *
 * A store that does not answer only hides the record: the wait itself goes on, so such errors go to `failed`, and it is tried again: to
 * record the wait until it ends, and to take the record away until the store or this agent's right to write is gone.
 */
export class WaitRecorder {
  readonly #session: NodeSession;
  readonly #key: Key;
  readonly #describe: () => WaitRecord | Promise<WaitRecord>;
  readonly #handler: WaitRecorderHandler;
  #stopJudging: (() => void) | undefined;
  readonly #stopping = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #stopRenewing: (() => void) | undefined;
  #isWritten = false;
  #isEdge = true;
  /** The wait's own time, while a write of it that had no answer may still be made. */
  #unsettledSince: string | undefined;
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
    const { signal } = this.#stopping;
    const write = async () => {
      if (signal.aborted) return;
      const described = await this.#describe();
      if (signal.aborted) return;
      const record = this.#isEdge ? described : { ...described, edge: false };
      this.#isWritten = true;
      const rev = await this.#session.write(this.#key, record, {
        liveness: true,
        unsettled: () => {
          this.#unsettledSince = record.since;
        },
      });
      then(record);
      // Written again it is another wait to whoever judges it.
      this.#stopJudging?.();
      if (!signal.aborted) this.#stopJudging = this.#judge({ key: this.#key, rev, record });
    };
    this.#enqueue(() =>
      this.#insist(write, { signal }).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown;
      }),
    );
  }

  /** Whoever waits goes on in another thread: nobody may take it for blocked. Resolves when the record says so. */
  async isNoEdge(): Promise<void> {
    this.#isEdge = false;
    if (!this.#isWritten || this.#stopping.signal.aborted) return;
    this.#write();
    await this.#queue;
  }

  /** Resolves when the record is gone, or nobody can take it away any more; ask after `stop`. */
  get gone(): Promise<void> {
    return this.#queue;
  }

  /**
   * End the record; resolves when it is gone from the store or the store would not answer: then `gone` tells more.
   *
   * @param turn  When it may be taken away, where it is known that it blocks nobody meanwhile. @default now
   */
  async stop(turn?: Promise<void>): Promise<void> {
    this.#stopping.abort();
    this.#cancelTimer?.();
    this.#stopRenewing?.();
    this.#stopJudging?.();
    await new Promise<void>((resolve) => {
      this.#enqueue(async () => {
        if (this.#isWritten) {
          await turn;
          await this.#insist(() => this.#session.remove(this.#key), { onFailed: resolve });
        }
        if (this.#unsettledSince !== undefined) this.#removeWhenItComes(this.#unsettledSince);
      });
      void this.#queue.then(resolve);
    });
  }

  /**
   * Take the record away that a write without an answer makes after all: a role that waits for what has come goes on, to whoever judges it,
   * so that no other wait of it would ever be part of a deadlock. Ends with the store's connection, as the record does.
   */
  #removeWhenItComes(since: string): void {
    const nothing = () => undefined;
    this.#session.store.watch(
      this.#key,
      {
        state: (entry) => {
          try {
            // One of another time is a later wait that has this number, which may be written while this one is removed.
            if (parse<WaitRecord>(entry).since !== since) return;
            this.#enqueue(() => this.#insist(() => this.#session.remove(this.#key, entry.rev)));
          } catch (thrown) {
            this.#handler.failed(toHeddleError(thrown));
          }
        },
        gone: nothing,
        synced: nothing,
        status: nothing,
        failed: (error) => this.#handler.failed(error),
      },
      { below: false },
    );
  }

  /** Do it again while the store does not answer; the first failure is told. */
  #insist(operation: () => Promise<void>, { signal, onFailed }: InsistOptions = {}): Promise<void> {
    let isTold = false;
    const onRetry = (error: Error) => {
      if (!isTold) this.#handler.failed(error);
      isTold = true;
      onFailed?.();
    };
    return untilAnswered(operation, {
      clock: this.#session.clock,
      timeoutMs: Number.POSITIVE_INFINITY,
      onRetry,
      signal,
    });
  }

  #enqueue(operation: () => Promise<void>): void {
    this.#queue = this.#queue.then(operation).catch((thrown: unknown) => this.#handler.failed(toHeddleError(thrown)));
  }

  #judge(wait: RecordedWait): (() => void) | undefined {
    return this.#session.judge?.recorded(wait, (verdict) => this.#handler.condemned(verdict));
  }
}
