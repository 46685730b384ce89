import type { WaitRecord } from '../../records/wait-record.ts';
import type { Key } from '../../store/store.ts';
import { whenAborted } from '../abort/abort-signal.ts';
import type { NodeSession } from '../node-session.ts';
import { WaitRecorder, type WaitRecorderHandler } from './wait-recorder.ts';

/** Milliseconds between two lines about a wait. */
const lineEveryMs = 15_000;

export interface LastingWaitOptions {
  readonly session: NodeSession;
  /** Of its record. */
  readonly key: Key;
  readonly describe: () => WaitRecord | Promise<WaitRecord>;
  /** Milliseconds, >= 0, that it may last from `start` on. */
  readonly leftMs: number;
  readonly signal: AbortSignal | undefined;
  /** Says what waits for what, for the message of an abort or of a stop. */
  readonly what: () => string;
}

export interface LastingWaitHandler extends WaitRecorderHandler {
  /** Called every 15 s. */
  lasts(): void;
  /** Its time is up. */
  timedOut(): void;
  /** The deployment was aborted, or the signal was. */
  ended(reason: unknown): void;
}

/** What goes on beside a wait while it lasts: its record, a line now and then, its deadline, and what ends it from outside. */
export class LastingWait {
  readonly recorder: WaitRecorder;
  readonly #options: LastingWaitOptions;
  readonly #handler: LastingWaitHandler;
  readonly #stops: (() => void)[] = [];
  #stopLines: () => void = () => undefined;

  constructor(options: LastingWaitOptions, handler: LastingWaitHandler) {
    const { session, key, describe } = options;
    this.#options = options;
    this.#handler = handler;
    this.recorder = new WaitRecorder(session, key, describe, handler);
  }

  /** Say what waits for what, now. */
  get what(): string {
    return this.#options.what();
  }

  /** Begin. Calls `ended` before it returns when the deployment, or the signal, is aborted already. */
  start(): void {
    const { session, leftMs, signal, what } = this.#options;
    const handler = this.#handler;
    const onAbort = () => handler.ended(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#stops.push(
      () => signal?.removeEventListener('abort', onAbort),
      session.clock.timer(leftMs, () => handler.timedOut()),
      whenAborted(session, what, (error) => handler.ended(error)),
    );
    if (signal?.aborted === true) onAbort();
    this.recorder.start();
    this.#tellLater();
  }

  /** End; resolves as `WaitRecorder.stop` does, and takes the same turn. */
  async stop(turn?: Promise<void>): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#stopLines();
    await this.recorder.stop(turn);
  }

  #tellLater(): void {
    this.#stopLines = this.#options.session.clock.timer(lineEveryMs, () => {
      this.#handler.lasts();
      this.#tellLater();
    });
  }
}
