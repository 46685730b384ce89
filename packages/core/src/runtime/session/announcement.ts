import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { AbortRecord } from '../../records/abort-record.ts';
import type { Entry, Store, WatchHandler } from '../../store/store.ts';
import type { Clock } from '../../time/clock.ts';
import { closedEpochError } from '../closed-epoch-error.ts';
import { type Epoch, parse } from '../epoch.ts';
import { untilAnswered } from '../retry.ts';
import type { OutageClock } from './outage-clock.ts';

export interface AnnouncementOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly clock: Clock;
  readonly outage: OutageClock;
  /** Write the node's liveness entry. */
  readonly announce: () => Promise<unknown>;
  /** The agent may not write any more. */
  readonly end: (why: HeddleError) => void;
}

/** Keeps a node announced as a member, and follows whether its deployment is aborted or its epoch closed. */
export class Announcement {
  readonly #options: AnnouncementOptions;
  readonly #renewals = new Set<() => void>();
  readonly #abortHandlers = new Set<(abort: AbortRecord | undefined) => void>();
  #abort: AbortRecord | undefined;
  #renewing = new AbortController();

  constructor(options: AnnouncementOptions) {
    this.#options = options;
  }

  /** Whether the deployment is aborted, and by whom; undefined: it is not. */
  get abort(): AbortRecord | undefined {
    return this.#abort;
  }

  /** Call `tell` whenever the deployment is aborted, and with undefined when that is lifted. */
  onAbort(tell: (abort: AbortRecord | undefined) => void): () => void {
    this.#abortHandlers.add(tell);
    return () => this.#abortHandlers.delete(tell);
  }

  /** Call `renew` whenever the store session was lost and another began. */
  onRenewed(renew: () => void): () => void {
    this.#renewals.add(renew);
    return () => this.#renewals.delete(renew);
  }

  /**
   * Announce the node, and again whenever its liveness entry went with a lost session; ends with the store's connection.
   *
   * Resolves when it is also known whether the deployment is aborted: an agent that comes later must not begin a role then.
   */
  async keep(): Promise<void> {
    const { store, epoch, outage, announce, end } = this.#options;
    let knows: () => void = () => undefined;
    const known = new Promise<void>((resolve) => {
      knows = resolve;
    });
    const handler: WatchHandler = {
      state: (entry) => this.#onAbort(entry),
      gone: () => this.#tellAbort(undefined),
      synced: knows,
      status: (status) => {
        if (status === 'up') outage.heard();
        if (status === 'down') outage.silent();
        if (status === 'session-lost') this.#renew();
      },
      // Its liveness entries may go unseen now: from here on others may take this node for lost, so it writes nothing more.
      failed: (error) => {
        end(error);
        knows();
      },
    };
    const announced = announce();
    store.watch(epoch.keys.abort(), handler, { below: false });
    await Promise.all([announced, known]);
  }

  #renew(): void {
    const { clock, announce, end } = this.#options;
    this.#renewing.abort();
    this.#renewing = new AbortController();
    const { signal } = this.#renewing;
    // However long the outage was that the session went in: a node that is no member is soon taken for lost.
    untilAnswered(announce, { clock, timeoutMs: Number.POSITIVE_INFINITY, signal }).catch((thrown: unknown) => {
      // A newer incarnation has the node by now. Every other error is met again by whatever is written next.
      const error = toHeddleError(thrown);
      if (error.code === 'fenced') end(error);
    });
    for (const renew of this.#renewals) renew();
  }

  #onAbort(entry: Entry): void {
    const { epoch, end } = this.#options;
    let abort: AbortRecord;
    try {
      abort = parse<AbortRecord>(entry);
    } catch (thrown) {
      return end(toHeddleError(thrown));
    }
    if (abort.isClosed === true) return end(closedEpochError(epoch.deployment, epoch.keys.epoch));
    this.#tellAbort(abort);
  }

  #tellAbort(abort: AbortRecord | undefined): void {
    this.#abort = abort;
    for (const tell of this.#abortHandlers) tell(abort);
  }
}
