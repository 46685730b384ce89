import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { VerdictRecord } from '../../records/verdict-record.ts';
import { storeClosedError } from '../../store/connecting.ts';
import { encodeRecord, type Rev, type Watch, type WatchHandler } from '../../store/store.ts';
import { isoTime } from '../../time/clock.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { randomId } from '../random-id.ts';
import { type RetryOptions, whileUnavailable } from '../retry.ts';
import { ClearingUp } from '../wait/clearing-up.ts';
import type { RecordedWait, WaitJudge } from '../wait/wait-judge.ts';
import { Steward } from './steward.ts';

/** Milliseconds that a recorded wait lasts before it is worth a judge: most end sooner, and cost nothing. */
const patienceMs = 750;
/** Milliseconds more, at most, for waits that many nodes have at once: one of them is enough to become steward. */
const crowdMs = 10_000;
/** Milliseconds over which those who stand soon do so: most find that there is a steward already. */
const eagerMs = 100;
/** How many of a crowd stand for steward without waiting for that. */
const eagerCount = 8;

/** Milliseconds, up to twice that, that an agent looks for a steward after its last wait has ended, or stays one after the epoch's last. */
const idleMs = 1000;

/** Milliseconds that a steward tries to begin while the store does not answer it. */
const startMs = 15_000;

/** Milliseconds that giving it back waits when the agent ends: its session would do the same. */
const resignMs = 5000;

interface StewardRecord {
  readonly node: string;
  readonly id: string;
  /** ISO 8601 time. */
  readonly since: string;
}

interface Watching {
  readonly wait: RecordedWait;
  readonly condemned: (verdict: VerdictRecord) => void;
  cancelTimer: () => void;
  watch: Watch | undefined;
}

/**
 * One agent's part in judging waits: while one of its waits lasts it looks for that wait's verdict, and sees to it that there is a steward.
 *
 * Whoever stands for steward creates the entry `steward`, tied to its session. Who loses watches it, and stands again when it goes.
 */
export class Stewardship implements WaitJudge {
  readonly #session: NodeSession;
  readonly #onError: (error: HeddleError) => void;
  readonly #watching = new Set<Watching>();
  readonly #clearingUp: ClearingUp;
  /** The watches of waits that have ended. */
  readonly #ended = new Set<Watch>();
  /** While this agent is steward: the judge, and the revision of its election. */
  #held: { readonly steward: Steward; readonly rev: Rev } | undefined;
  /** Names what this agent writes as steward, whatever became of it. */
  readonly #id = randomId();
  readonly #closing = new AbortController();
  #isUnfit = false;
  #isUnsettled = false;
  #electionWatch: Watch | undefined;
  /** What the watch of the election has told. */
  #office: 'unknown' | 'taken' | 'vacant' = 'unknown';
  #cancelCandidacy: (() => void) | undefined;
  #cancelRest: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param onError  Told what keeps this agent from judging; its waits go on. */
  constructor(session: NodeSession, onError: (error: HeddleError) => void) {
    this.#session = session;
    this.#clearingUp = new ClearingUp(session);
    this.#onError = onError;
    session.judge = this;
  }

  recorded(wait: RecordedWait, condemned: (verdict: VerdictRecord) => void): () => void {
    const watching: Watching = { wait, condemned, cancelTimer: () => undefined, watch: undefined };
    if (this.#isClosed) return () => undefined;
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#watching.add(watching);
    watching.cancelTimer = this.#after(patienceMs, () => {
      // A wait that blocks nobody is on no circle; but the loss of a node ends it like any other.
      if (wait.record.edge) watching.watch = this.#watchVerdict(watching);
      this.#lookForSteward(wait);
    });
    return () => {
      this.#watching.delete(watching);
      watching.cancelTimer();
      if (watching.watch !== undefined) this.#closeLater(watching.watch);
      if (this.#watching.size === 0) this.#restLater();
    };
  }

  /** Stop judging, and give the stewardship back, so that another agent takes over at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { cancelTimer, watch } of this.#watching) {
      cancelTimer();
      this.#closeWatch(watch);
    }
    for (const watch of this.#ended) this.#closeWatch(watch);
    this.#ended.clear();
    this.#clearingUp.close();
    this.#rest();
    const stopClock = this.#session.clock.timer(resignMs, () => this.#closing.abort(storeClosedError()));
    await this.#work;
    stopClock();
  }

  #watchVerdict(watching: Watching): Watch {
    const { wait, condemned } = watching;
    const [node, role, number] = wait.key.slice(-3) as [string, string, string];
    const handler: WatchHandler = {
      state: (entry) =>
        this.#guarded(() => {
          const verdict = parse<VerdictRecord>(entry);
          if (verdict.wait === wait.rev && this.#watching.has(watching)) condemned(verdict);
        }),
      gone: () => undefined,
      synced: () => undefined,
      status: () => undefined,
      failed: (error) => this.#onError(error),
    };
    return this.#session.store.watch(this.#session.epoch.keys.verdict(node, role, Number(number)), handler, {
      below: false,
    });
  }

  /** In a crowd a few do it soon, and the others when none of them has. */
  #lookForSteward({ record }: RecordedWait): void {
    // A watch that was kept from former waits has told of the vacancy when nobody waited.
    if (this.#office === 'vacant') this.#stand();
    if (this.#electionWatch !== undefined || this.#cancelCandidacy !== undefined) return;
    const crowd = Math.max(1, ...(record.gathers ?? []).map(({ count }) => count));
    const isEager = this.#session.random() * crowd < eagerCount;
    this.#cancelCandidacy = this.#after(this.#session.random() * (isEager ? eagerMs : crowdMs), () => {
      this.#cancelCandidacy = undefined;
      this.#watchElection();
    });
  }

  #watchElection(): void {
    if (this.#electionWatch !== undefined || this.#isClosed) return;
    const isCurrent = () => this.#electionWatch === watch;
    const handler: WatchHandler = {
      state: (entry) => {
        if (!isCurrent()) return;
        this.#office = 'taken';
        this.#guarded(() => {
          if (parse<StewardRecord>(entry).id === this.#id && entry.rev !== this.#held?.rev) this.#settle(entry.rev);
        });
      },
      gone: () => {
        if (isCurrent()) this.#vacated();
      },
      synced: () => {
        if (isCurrent() && this.#office !== 'taken') this.#vacated();
      },
      // It went with the session.
      status: (status) => {
        if (status === 'session-lost') this.#resign();
      },
      failed: (error) => this.#onError(error),
    };
    const options = { below: false, isExpected: true };
    const watch = this.#session.store.watch(this.#session.epoch.keys.steward(), handler, options);
    this.#electionWatch = watch;
  }

  #vacated(): void {
    this.#office = 'vacant';
    this.#stand();
  }

  #stand(): void {
    this.#enqueue(async () => {
      if (!this.#isFit) return;
      const { store, epoch, node, clock, guards } = this.#session;
      const key = epoch.keys.steward();
      const record = encodeRecord({ node, id: this.#id, since: isoTime(clock) });
      const stand = async (): Promise<Rev | undefined> => {
        if (!this.#isFit) return undefined;
        const put = store.put(key, record, { expect: { absent: true }, guards, liveness: true });
        const result = await put.catch((thrown: unknown) => Promise.reject(this.#unsettled(thrown)));
        if (result.ok) return result.rev;
        const { current } = result;
        return current !== undefined && parse<StewardRecord>(current).id === this.#id ? current.rev : undefined;
      };
      const rev = await whileUnavailable(stand, this.#patience);
      if (rev === undefined) return;
      if (this.#isClosed) await this.#remove(rev);
      else await this.#hold(rev);
    });
  }

  /** For what the store does not answer: until it does, or the agent ends. */
  get #patience(): RetryOptions {
    return {
      clock: this.#session.clock,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal: this.#closing.signal,
    };
  }

  /** Whether it makes sense to become steward now. */
  get #isFit(): boolean {
    return !this.#isClosed && !this.#isUnfit && this.#held === undefined && this.#watching.size > 0;
  }

  async #hold(rev: Rev): Promise<void> {
    const { epoch } = this.#session;
    const over = (error: HeddleError) => {
      // Somebody took over where it is fenced; every other error would meet this agent again.
      if (error.code !== 'fenced') this.#onError(error);
      this.#isUnfit ||= error.code !== 'fenced';
      if (this.#held?.steward !== steward) return;
      this.#resign();
      // The vacancy may have been told while this agent still took itself for the steward.
      if (this.#office === 'vacant') this.#stand();
    };
    const idle = () => {
      if (this.#held?.steward === steward && this.#watching.size === 0) this.#restLater();
    };
    const steward = new Steward(this.#session, { key: epoch.keys.steward(), rev }, over, idle);
    this.#held = { steward, rev };
    try {
      await whileUnavailable(() => steward.start(), { ...this.#patience, timeoutMs: startMs });
    } catch (thrown) {
      // Whoever cannot begin gives others the office; what does not pass, it would meet again.
      this.#isUnfit ||= !isPassing(toHeddleError(thrown));
      if (this.#held?.steward === steward) this.#resign();
      throw thrown;
    }
  }

  /** An entry of this agent's that it does not hold: written, or not taken away, without an answer. It would keep others from standing. */
  #settle(rev: Rev): void {
    this.#enqueue(async () => {
      if (this.#held !== undefined) return;
      if (this.#isFit) await this.#hold(rev);
      else await this.#remove(rev);
    });
  }

  /** A write without an answer may land later, or not have been made: from then on this agent keeps an eye on the entry. */
  #unsettled(thrown: unknown): HeddleError {
    const error = toHeddleError(thrown);
    if (error.code !== 'ambiguous') return error;
    this.#isUnsettled = true;
    if (!this.#isClosed) this.#watchElection();
    return new HeddleError('unavailable', error.message, { cause: error });
  }

  async #remove(rev: Rev): Promise<void> {
    const { store, epoch } = this.#session;
    const remove = () =>
      store
        .delete(epoch.keys.steward(), { expect: { rev } })
        .catch((thrown: unknown) => Promise.reject(this.#unsettled(thrown)));
    await whileUnavailable(remove, this.#patience);
  }

  /** Waits often end together: whoever resigned with the first of them would have the others elect one another for nothing. */
  #restLater(): void {
    this.#cancelCandidacy?.();
    this.#cancelCandidacy = undefined;
    this.#cancelRest?.();
    this.#cancelRest = this.#after((1 + this.#session.random()) * idleMs, () => {
      this.#cancelRest = undefined;
      this.#rest();
    });
  }

  /**
   * Nothing of this agent waits any more. A steward stays one while anybody's does: whoever came after it would give every agent that is
   * gone its whole period anew.
   */
  #rest(): void {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#cancelCandidacy?.();
    this.#cancelCandidacy = undefined;
    if (!this.#isClosed && this.#held?.steward.hasWaits === true) return;
    if (!this.#isUnsettled || this.#isClosed) {
      this.#closeWatch(this.#electionWatch);
      this.#electionWatch = undefined;
      this.#office = 'unknown';
    }
    this.#resign();
  }

  #resign(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    this.#enqueue(async () => {
      await held.steward.close();
      await this.#remove(held.rev);
    });
  }

  #closeLater(watch: Watch): void {
    this.#ended.add(watch);
    void this.#clearingUp.turn().then(() => {
      if (this.#ended.delete(watch)) this.#closeWatch(watch);
    });
  }

  #closeWatch(watch: Watch | undefined): void {
    if (watch !== undefined) this.#enqueue(() => watch.close());
  }

  #after(ms: number, step: () => void): () => void {
    return this.#session.clock.timer(ms, () => this.#guarded(step));
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((thrown: unknown) => this.#failed(thrown));
  }

  /** What went with the connection or the session is told again by the next one, or nobody asks any more. */
  #failed(thrown: unknown): void {
    const error = toHeddleError(thrown);
    if (!isPassing(error)) this.#onError(error);
  }
}

function isPassing({ code }: HeddleError): boolean {
  return ['unavailable', 'ambiguous', 'closed', 'session-lost', 'fenced'].includes(code);
}
