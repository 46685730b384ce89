import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { OutputRef } from '../../expressions/expression.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import type { Entry, Key, Rev, Watch, WatchHandler } from '../../store/store.ts';
import type { Envelope } from '../../values/envelope.ts';
import { type PackedEnvelope, unpackEnvelope } from '../../values/packed.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { whileUnavailable } from '../retry.ts';
import { judgeProducer, type NeverComing } from './never-coming.ts';

/** What a waiter uses of the session of its agent. */
type WaiterSession = Pick<NodeSession, 'store' | 'epoch' | 'clock'>;

/** A value of the store. */
export interface StoredValue {
  readonly envelope: Envelope;
  readonly rev: Rev;
}

/** A value as it stands in the store: whoever passes it on need not unpack it. */
export interface PackedValue {
  readonly packed: PackedEnvelope;
  readonly rev: Rev;
}

export type Outcome =
  | { readonly kind: 'value'; readonly stored: PackedValue }
  | { readonly kind: 'never'; readonly why: NeverComing }
  /** Told with `once: false` only: the producer runs again, so what will never come may come after all. */
  | { readonly kind: 'open' }
  | { readonly kind: 'error'; readonly error: HeddleError };

/** Tell whether an entry holds a value, which may be one that nobody can read; an empty entry is a seeded key without one. */
export function hasValue(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && entry.value.byteLength > 0;
}

/** Read the value of an entry; undefined when there is none. Throws corrupt. */
export function storedValue(entry: Entry | undefined): StoredValue | undefined {
  return hasValue(entry) ? unpackValue(packedValue(entry)) : undefined;
}

/** Throws corrupt. */
export function unpackValue({ packed, rev }: PackedValue): StoredValue {
  return { envelope: unpackEnvelope(packed), rev };
}

function packedValue(entry: Entry): PackedValue {
  return { packed: parse<PackedEnvelope>(entry), rev: entry.rev };
}

export interface OutputWaiterOptions {
  /** Tell one outcome only, not every change. @default true */
  readonly once?: boolean;
  /** Follow the producing role from `followProducer` on only, and no longer than until the value is there. @default false */
  readonly lazy?: boolean;
}

/**
 * Follows one output and its producing role until the value is there or can never come.
 *
 * It keeps the producer's latest record for messages. `onOutcome` is called once, or with `once: false` for every change.
 */
export class OutputWaiter {
  readonly ref: OutputRef;
  readonly producerRole: string;
  readonly #session: WaiterSession;
  readonly #stopping = new AbortController();
  readonly #onOutcome: (outcome: Outcome) => void;
  readonly #once: boolean;
  readonly #isLazy: boolean;
  #valueWatch: Watch | undefined;
  #producerWatch: Watch | undefined;
  #producer: RoleRecord | undefined;
  #hasValue = false;
  #isStoreDown = false;
  #isSettled = false;
  #isStopped = false;
  #judging: Promise<void> | undefined;

  constructor(
    session: WaiterSession,
    ref: OutputRef,
    producerRole: string,
    onOutcome: (outcome: Outcome) => void,
    { once = true, lazy = false }: OutputWaiterOptions = {},
  ) {
    this.#once = once;
    this.#isLazy = lazy;
    this.#session = session;
    this.ref = ref;
    this.producerRole = producerRole;
    this.#onOutcome = onOutcome;
  }

  /** The producing role's record as last seen. */
  get producer(): RoleRecord | undefined {
    return this.#producer;
  }

  get isStoreDown(): boolean {
    return this.#isStoreDown;
  }

  /** Begin to watch. */
  start(): void {
    const { keys } = this.#session.epoch;
    this.#valueWatch = this.#watch(
      keys.value(this.ref.node, this.ref.output),
      // Who waits for one value has just found it absent; who collects those of a group comes late for most of them.
      this.#isLazy,
      (entry) => this.#onValue(entry),
    );
    if (!this.#isLazy) this.followProducer();
  }

  /** Follow the producing role too, unless the value is there already. */
  followProducer(): void {
    if (this.#isStopped || this.#producerWatch !== undefined || (this.#isLazy && this.#hasValue)) return;
    const key = this.#session.epoch.keys.role(this.ref.node, this.producerRole);
    this.#producerWatch = this.#watch(key, true, (entry) => this.#onProducer(parse<RoleRecord>(entry)));
  }

  /**
   * Stop watching; nothing is told from the call on.
   *
   * @param turn  When the watches may be closed. @default now
   */
  async stop(turn: Promise<void> = Promise.resolve()): Promise<void> {
    this.#isStopped = true;
    this.#isSettled = true;
    this.#stopping.abort();
    await turn;
    await Promise.all([this.#valueWatch?.close(), this.#producerWatch?.close()]);
  }

  #watch(key: Key, isExpected: boolean, handle: (entry: Entry) => void): Watch {
    const handler: WatchHandler = {
      state: (entry) => this.#attempt(() => handle(entry)),
      gone: () => undefined,
      synced: () => undefined,
      status: (state) => {
        this.#isStoreDown = state === 'down';
      },
      failed: (error) => this.#settle({ kind: 'error', error }),
    };
    return this.#session.store.watch(key, handler, { below: false, isExpected });
  }

  #onValue(entry: Entry): void {
    if (!hasValue(entry)) return;
    const stored = packedValue(entry);
    this.#hasValue = true;
    // What its producer does from now on changes nothing: a value stays.
    if (this.#isLazy) this.#forgetProducer();
    this.#settle({ kind: 'value', stored });
  }

  #forgetProducer(): void {
    this.#producerWatch
      ?.close()
      .catch((thrown: unknown) => this.#settle({ kind: 'error', error: toHeddleError(thrown) }));
  }

  #onProducer(record: RoleRecord): void {
    const hadEnded = this.#producer !== undefined && isEnded(this.#producer.state);
    this.#producer = record;
    if (!this.#once && hadEnded && !isEnded(record.state)) this.#settle({ kind: 'open' });
    if (!isEnded(record.state)) return;
    // Where the record itself says that there is no value, a look at it would find none: only a run of the role writes one, and a run
    // begins with another record. A value that was told before is of such a run, and this record of an earlier one.
    if (record.withoutValue?.includes(this.ref.output) === true && !this.#hasValue) return this.#settleNever(record);
    if (this.#judging === undefined) this.#judging = this.#judge();
  }

  #settleNever(record: RoleRecord): void {
    const why = judgeProducer(record, `${this.ref.node}.${this.ref.output}`);
    if (why !== undefined) this.#settle({ kind: 'never', why });
  }

  // The end record is the role's last write: whoever has seen it reads the value once more on the same session before judging.
  async #judge(): Promise<void> {
    const { store, epoch, clock } = this.#session;
    const key = epoch.keys.value(this.ref.node, this.ref.output);
    const patience = { clock, timeoutMs: Number.POSITIVE_INFINITY, signal: this.#stopping.signal };
    try {
      while (!this.#isSettled && this.#producer !== undefined && isEnded(this.#producer.state)) {
        const record = this.#producer;
        // Nothing tells the record again when a store that goes on being connected leaves one read without an answer.
        const entry = await whileUnavailable(() => store.get(key), patience);
        if (hasValue(entry)) return this.#settle({ kind: 'value', stored: packedValue(entry) });
        // A record that came meanwhile says what was true after this look at the value, not before it.
        if (record !== this.#producer) continue;
        return this.#settleNever(record);
      }
    } catch (thrown) {
      this.#settle({ kind: 'error', error: toHeddleError(thrown) });
    } finally {
      this.#judging = undefined;
    }
  }

  #attempt(handle: () => void): void {
    try {
      handle();
    } catch (thrown) {
      this.#settle({ kind: 'error', error: toHeddleError(thrown) });
    }
  }

  #settle(outcome: Outcome): void {
    if (this.#isSettled) return;
    this.#isSettled = this.#once;
    this.#onOutcome(outcome);
  }
}
