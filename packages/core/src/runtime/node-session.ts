import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import type { IncarnationRecord } from '../records/incarnation-record.ts';
import {
  type Entry,
  type Expect,
  encodeRecord,
  type Guard,
  type Key,
  type Rev,
  type Store,
  type WatchHandler,
} from '../store/store.ts';
import { type Clock, isoTime } from '../time/clock.ts';
import type { Json } from '../values/json.ts';
import { type Epoch, parse } from './epoch.ts';
import { closedEpochError, explainDenied } from './explain-denied.ts';
import { randomId } from './random-id.ts';
import { RecordQueue } from './record-queue.ts';
import { whileUnavailable } from './retry.ts';
import type { WaitJudge } from './wait/wait-judge.ts';

interface WriteEntryOptions {
  readonly liveness?: boolean;
  readonly keep?: (current: Entry) => boolean;
}

/** How often a write that met another revision than it expected is made again. */
const mostAttempts = 5;

export interface NodeSessionOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  readonly clock: Clock;
  /**
   * Milliseconds that writes wait for a store that does not answer, counted once for an outage, from the first that got no answer:
   * an agent that has several things to write does not wait for each of them anew. @default 120_000
   */
  readonly outageMs?: number;
  /**
   * Called once, when the epoch is closed, the node is another agent's or was declared lost, or nobody can see any more whether it is:
   * what this agent does from then on may not be written.
   */
  readonly ended?: (why: HeddleError) => void;
  /** False: take the incarnation without being a member. @default true */
  readonly announce?: boolean;
  /** Numbers from 0 to less than 1 by which many agents spread what they do over time. @default Math.random */
  readonly random?: () => number;
  /** The roles that this agent answers for. @default all of its node */
  readonly roles?: readonly string[];
  /** Take the node only from the agent of this revision, which is lost, and under this guard beside the epoch's. @default from whoever has it */
  readonly lost?: { readonly rev: Rev; readonly guard: Guard };
}

/**
 * One agent's right to write for its node: an incarnation, and guards on every write.
 *
 * Writes of one key are serialised; an ambiguous write is read back by its write id before anything else happens to that key.
 */
export class NodeSession {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  readonly clock: Clock;
  readonly incarnation: string;
  readonly random: () => number;
  /** Who watches over the waits of this node; undefined: nobody does. */
  judge: WaitJudge | undefined;
  readonly #guards: readonly Guard[];
  readonly #outageMs: number;
  readonly #revs = new Map<string, Rev>();
  readonly #written = new Map<string, Set<string>>();
  readonly #renewals = new Set<() => void>();
  readonly #abortHandlers = new Set<(abort: AbortRecord | undefined) => void>();
  readonly #ended: (why: HeddleError) => void;
  #abort: AbortRecord | undefined;
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #records: RecordQueue;
  #failure: HeddleError | undefined;
  #silentSinceMs: number | undefined;

  private constructor(options: NodeSessionOptions, incarnation: string, guards: readonly Guard[]) {
    this.store = options.store;
    this.epoch = options.epoch;
    this.node = options.node;
    this.clock = options.clock;
    this.incarnation = incarnation;
    this.random = options.random ?? Math.random;
    this.#guards = guards;
    this.#outageMs = options.outageMs ?? 120_000;
    this.#ended = options.ended ?? (() => undefined);
    this.#records = new RecordQueue((error) => this.#end(error));
  }

  /**
   * Take a new incarnation of the node, which fences every earlier one, and announce the node as a member.
   *
   * @throws fenced when the epoch is closed or another agent takes the node at the same time; store errors.
   */
  static async begin(options: NodeSessionOptions): Promise<NodeSession> {
    const { store, epoch, node, clock, roles, lost } = options;
    const key = epoch.keys.incarnation(node);
    const guards = lost === undefined ? [epoch.openGuard] : [epoch.openGuard, lost.guard];
    const take = (incarnation: number, expect: Expect) => {
      const record: IncarnationRecord = {
        incarnation,
        startedAt: isoTime(clock),
        ...(roles === undefined ? {} : { roles }),
        ...(lost === undefined ? {} : { isLost: true }),
      };
      return store.put(key, encodeRecord({ ...record }), { expect, guards });
    };
    // Most agents are the first of their node: the others are told what there is.
    let number = 1;
    let taken = await take(number, { absent: true });
    if (!taken.ok && taken.current !== undefined) {
      number = parse<IncarnationRecord>(taken.current).incarnation + 1;
      taken = await take(number, { rev: lost?.rev ?? taken.current.rev });
    }
    if (!taken.ok) throw new HeddleError('fenced', `another agent took node ${node} at the same time`);
    const session = new NodeSession(options, String(number), [epoch.openGuard, { key, rev: taken.rev }]);
    if (options.announce !== false) await session.#keepAnnounced();
    return session;
  }

  /** What every write of this agent is checked against: the open epoch and its own incarnation. */
  get guards(): readonly Guard[] {
    return this.#guards;
  }

  /** An output of a role is published. */
  noteWritten(role: string, output: string): void {
    const written = this.#written.get(role) ?? new Set();
    this.#written.set(role, written.add(output));
  }

  /** The outputs that a role of this node has published since this agent began. */
  written(role: string): readonly string[] {
    return [...(this.#written.get(role) ?? [])];
  }

  /** Call `renew` whenever the store session was lost and another began: liveness entries have to be written again. */
  onRenewed(renew: () => void): () => void {
    this.#renewals.add(renew);
    return () => this.#renewals.delete(renew);
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

  /**
   * Announce the node, and again whenever its liveness entry went with a lost session; ends with the store's connection.
   *
   * Resolves when it is also known whether the deployment is aborted: an agent that comes later must not begin a role then.
   */
  async #keepAnnounced(): Promise<void> {
    const again = () => {
      this.#announce().catch((thrown: unknown) => {
        // A newer incarnation has the node by now. Every other error is met again by whatever is written next.
        const error = toHeddleError(thrown);
        if (error.code === 'fenced') this.#end(error);
      });
      for (const renew of this.#renewals) renew();
    };
    let knows: () => void = () => undefined;
    const known = new Promise<void>((resolve) => {
      knows = resolve;
    });
    const handler: WatchHandler = {
      state: (entry) => this.#onAbort(entry),
      gone: () => this.#tellAbort(undefined),
      synced: knows,
      status: (status) => {
        if (status === 'up') this.#heard();
        if (status === 'down') this.#silent(this.clock.monotonicMs());
        if (status === 'session-lost') again();
      },
      // Its liveness entries may go unseen now: from here on others may take this node for lost, so it writes nothing more.
      failed: (error) => {
        this.#end(error);
        knows();
      },
    };
    const announced = this.#announce();
    this.store.watch(this.epoch.keys.abort(), handler, { below: false });
    await Promise.all([announced, known]);
  }

  #onAbort(entry: Entry): void {
    let abort: AbortRecord;
    try {
      abort = parse<AbortRecord>(entry);
    } catch (thrown) {
      return this.#end(toHeddleError(thrown));
    }
    if (abort.isClosed === true) return this.#end(closedEpochError(this.epoch.deployment, this.epoch.keys.epoch));
    this.#tellAbort(abort);
  }

  #tellAbort(abort: AbortRecord | undefined): void {
    this.#abort = abort;
    for (const tell of this.#abortHandlers) tell(abort);
  }

  #end(why: HeddleError): void {
    if (this.#failure !== undefined) return;
    // Nothing more is written from here on; what to say of it takes a question.
    this.#failure = why;
    void this.explain(why).then((explained) => {
      this.#failure = explained;
      this.#ended(explained);
    });
  }

  async #announce(): Promise<void> {
    const record = { node: this.node, incarnation: this.incarnation, since: isoTime(this.clock) };
    await this.write(this.epoch.keys.member(this.node), record, { liveness: true });
  }

  /**
   * Write one entry of this node, whatever revision it has now, under the guards of epoch and incarnation.
   *
   * @param options.keep  Asked of an entry that is there already: true leaves it as it is, with its revision. @default never
   * @returns The new revision, or that of the entry that was kept.
   * @throws fenced, too-large, denied, closed, and unavailable or ambiguous after `outageMs`; the error of the watch on the epoch when
   *   that failed.
   */
  write(key: Key, record: object, options: WriteEntryOptions = {}): Promise<Rev> {
    return this.#serialised(key, () => this.#write(key, encodeRecord(record as Json), options));
  }

  /**
   * Write a role's record, after every record that came before it.
   *
   * @returns When it is stored; while the store does not answer, at once: it is queued, and `recorded` tells what becomes of it.
   * @throws as `write`, unless it was queued: then the agent is ended.
   */
  record(key: Key, record: object): Promise<void> {
    return this.#records.add(() => this.write(key, record));
  }

  /** True while the store does not answer. */
  get isStoreAway(): boolean {
    return this.#silentSinceMs !== undefined;
  }

  /** Resolve when all records are stored; throws the error of the first that could not be. */
  recorded(): Promise<void> {
    return this.#records.drained();
  }

  /** Remove one entry of this node if it is there. */
  remove(key: Key): Promise<void> {
    return this.#serialised(key, async () => {
      const id = key.join('\0');
      // What this session wrote last is most likely what is there.
      let rev = this.#revs.get(id) ?? (await this.#patiently(() => this.store.get(key)))?.rev;
      this.#revs.delete(id);
      for (let attempt = 0; rev !== undefined; attempt += 1) {
        if (attempt === mostAttempts) throw keepsChanging(key);
        rev = await this.#removeRevision(key, rev);
      }
    });
  }

  /** Remove an entry if it has this revision; answers the revision that it has otherwise. */
  async #removeRevision(key: Key, rev: Rev): Promise<Rev | undefined> {
    try {
      const remove = () => this.store.delete(key, { expect: { rev }, guards: this.#guards });
      const result = await this.#patiently(remove);
      return result.ok ? undefined : result.current?.rev;
    } catch (thrown) {
      if (toHeddleError(thrown).code !== 'ambiguous') throw thrown;
      return (await this.#patiently(() => this.store.get(key)))?.rev;
    }
  }

  async #write(key: Key, value: Uint8Array, { liveness = false, keep }: WriteEntryOptions): Promise<Rev> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = key.join('\0');
    const writeId = randomId();
    // What this session has not written yet is taken for new: where it is not, the refusal brings the revision, and nothing is asked first.
    let rev = keep === undefined ? this.#revs.get(id) : undefined;
    // A lost compare-and-set means an earlier incarnation's write landed late, or a session's entry went: look and try again, a few times.
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const expect = rev === undefined ? ({ absent: true } as const) : { rev };
      const result = await this.#settle(key, value, () =>
        this.store.put(key, value, { expect, guards: this.#guards, liveness, writeId }),
      );
      if (result.ok) {
        this.#revs.set(id, result.rev);
        return result.rev;
      }
      const { current } = result;
      // An attempt of which there was no answer landed after the look: once more would be another revision, and what is seen may be older.
      const isOwn = current !== undefined && !liveness && Buffer.compare(current.value, value) === 0;
      if (current !== undefined && (isOwn || keep?.(current) === true)) {
        this.#revs.set(id, current.rev);
        return current.rev;
      }
      rev = current?.rev;
    }
    throw keepsChanging(key);
  }

  async #settle<T extends { ok: boolean }>(key: Key, value: Uint8Array, put: () => Promise<T>) {
    try {
      return await this.#patiently(put);
    } catch (thrown) {
      const error = toHeddleError(thrown);
      if (error.code !== 'ambiguous') throw error;
      const entry = await this.#patiently(() => this.store.get(key));
      if (entry !== undefined && Buffer.compare(entry.value, value) === 0) return { ok: true, rev: entry.rev } as const;
      return { ok: false, current: entry } as const;
    }
  }

  async #patiently<T>(operation: () => Promise<T>): Promise<T> {
    const { clock } = this;
    const startMs = clock.monotonicMs();
    const silentMs = startMs - (this.#silentSinceMs ?? startMs);
    const heard = async () => {
      try {
        const answer = await operation();
        this.#heard();
        return answer;
      } catch (thrown) {
        // Every other refusal is an answer.
        if (!['unavailable', 'ambiguous'].includes(toHeddleError(thrown).code)) this.#heard();
        throw thrown;
      }
    };
    return whileUnavailable(heard, {
      clock,
      timeoutMs: Math.max(0, this.#outageMs - silentMs),
      onRetry: () => this.#silent(startMs),
    });
  }

  #silent(sinceMs: number): void {
    this.#silentSinceMs ??= sinceMs;
    this.#records.storeIsAway(true);
  }

  #heard(): void {
    this.#silentSinceMs = undefined;
    this.#records.storeIsAway(false);
  }

  /** Say why the store refused this agent: `fenced` where its epoch was closed meanwhile; every other error is given back as it is. */
  explain(thrown: unknown): Promise<HeddleError> {
    return explainDenied(this.store, this.epoch, thrown);
  }

  #serialised<T>(key: Key, operation: () => Promise<T>): Promise<T> {
    const id = key.join('\0');
    const before = this.#queues.get(id) ?? Promise.resolve();
    const explained = async () => {
      try {
        return await operation();
      } catch (thrown) {
        throw await this.explain(thrown);
      }
    };
    const after = before.then(explained, explained);
    this.#queues.set(id, after);
    const forget = () => {
      if (this.#queues.get(id) === after) this.#queues.delete(id);
    };
    after.then(forget, forget);
    return after;
  }
}

function keepsChanging(key: Key): HeddleError {
  return new HeddleError('ambiguous', `the entry ${key.join('/')} keeps changing under this agent`);
}
