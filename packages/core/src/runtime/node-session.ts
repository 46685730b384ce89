import { HeddleError } from '../errors/heddle-error.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import type { IncarnationRecord } from '../records/incarnation-record.ts';
import { type Expect, encodeRecord, type Guard, type Key, type Rev, type Store } from '../store/store.ts';
import { type Clock, isoTime } from '../time/clock.ts';
import { type Epoch, parse } from './epoch.ts';
import { explainDenied } from './explain-denied.ts';
import { RecordQueue } from './record-queue.ts';
import { Announcement } from './session/announcement.ts';
import { GuardedWrites, type WriteEntryOptions } from './session/guarded-writes.ts';
import { OutageClock } from './session/outage-clock.ts';
import { OwnOutputs } from './session/own-outputs.ts';
import type { WaitJudge } from './wait/wait-judge.ts';

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
  readonly #outage: OutageClock;
  readonly #writes: GuardedWrites;
  readonly #announcement: Announcement;
  readonly #records: RecordQueue;
  readonly #outputs: OwnOutputs;
  readonly #ended: (why: HeddleError) => void;
  #failure: HeddleError | undefined;

  private constructor(options: NodeSessionOptions, incarnation: string, guards: readonly Guard[]) {
    const { store, epoch, node, clock, outageMs = 120_000 } = options;
    this.store = store;
    this.epoch = epoch;
    this.node = node;
    this.clock = clock;
    this.incarnation = incarnation;
    this.#outputs = new OwnOutputs(incarnation === '1');
    this.random = options.random ?? Math.random;
    this.#guards = guards;
    this.#ended = options.ended ?? (() => undefined);
    const end = (error: HeddleError) => this.#end(error);
    const records = new RecordQueue(end);
    this.#records = records;
    const outage = new OutageClock({ clock, outageMs, onAway: (isAway) => records.storeIsAway(isAway) });
    this.#outage = outage;
    const explain = (thrown: unknown) => this.explain(thrown);
    this.#writes = new GuardedWrites({ store, guards, outage, failure: () => this.#failure, explain, fenced: end });
    this.#announcement = new Announcement({ store, epoch, clock, outage, announce: () => this.#announce(), end });
  }

  /**
   * Take a new incarnation of the node, which fences every earlier one, and announce the node as a member.
   *
   * @throws fenced when the epoch is closed or another agent takes the node at the same time; store errors.
   */
  static async begin(options: NodeSessionOptions): Promise<NodeSession> {
    const { store, epoch, node, clock, announce = true, roles, lost } = options;
    const key = epoch.keys.incarnation(node);
    const guards = lost === undefined ? [epoch.openGuard] : [epoch.openGuard, lost.guard];
    const take = (incarnation: number, expect: Expect) => {
      const record: IncarnationRecord = {
        incarnation,
        startedAt: isoTime(clock),
        ...(roles === undefined ? {} : { roles }),
        ...(lost === undefined ? {} : { isLost: true }),
        ...(announce || lost !== undefined ? {} : { isReserved: true }),
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
    if (!taken.ok) {
      throw new HeddleError('fenced', `another agent took node ${node} at the same time`, {
        next: ['heddle status  shows what it does; a node has one agent'],
      });
    }
    const session = new NodeSession(options, String(number), [epoch.openGuard, { key, rev: taken.rev }]);
    if (announce) await session.#announcement.keep();
    return session;
  }

  /** What every write of this agent is checked against: the open epoch and its own incarnation. */
  get guards(): readonly Guard[] {
    return this.#guards;
  }

  /**
   * Write the value of one of this node's outputs, as `write` does.
   *
   * Records of before, which the store has not taken yet, are written first: none may say that an output has no value when it has one.
   */
  async writeValue(output: string, packed: object, options: WriteEntryOptions = {}): Promise<Rev> {
    if (this.#records.isBehind) await this.recorded();
    this.#outputs.begin(output);
    const rev = await this.write(this.epoch.keys.value(this.node, output), packed, options);
    this.#outputs.note(output);
    return rev;
  }

  /** Earlier agents of this node have published these outputs, and no others. */
  noteEarlier(outputs: readonly string[]): void {
    for (const output of outputs) this.#outputs.note(output);
    this.#outputs.noteEarlier();
  }

  /** The outputs of this node that are known to be published. */
  get written(): readonly string[] {
    return this.#outputs.written;
  }

  /** Those of these outputs that have no value. While a write is under way, or nobody has looked what earlier agents wrote, none has surely none. */
  withoutValue(outputs: readonly string[]): readonly string[] {
    return this.#outputs.without(outputs);
  }

  /** Call `renew` whenever the store session was lost and another began: liveness entries have to be written again. */
  onRenewed(renew: () => void): () => void {
    return this.#announcement.onRenewed(renew);
  }

  /** Whether the deployment is aborted, and by whom; undefined: it is not. */
  get abort(): AbortRecord | undefined {
    return this.#announcement.abort;
  }

  /** Call `tell` whenever the deployment is aborted, and with undefined when that is lifted. */
  onAbort(tell: (abort: AbortRecord | undefined) => void): () => void {
    return this.#announcement.onAbort(tell);
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
    return this.#writes.write(key, record, options);
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
    return this.#outage.isAway;
  }

  /** Do an operation that may be left out: undefined when the store does not answer, or stops answering meanwhile. Throws what else it throws. */
  unlessStoreAway<T>(operation: () => Promise<T>): Promise<T | undefined> {
    return this.#outage.unlessAway(operation);
  }

  /** Resolve when all records are stored; throws the error of the first that could not be. */
  recorded(): Promise<void> {
    return this.#records.drained();
  }

  /**
   * Remove one entry of this node if it is there.
   *
   * @param only  The revision that is to be removed. @default whatever it has
   */
  remove(key: Key, only?: Rev): Promise<void> {
    return this.#writes.remove(key, only);
  }

  /** Say why the store refused this agent: `fenced` where its epoch was closed meanwhile; every other error is given back as it is. */
  explain(thrown: unknown): Promise<HeddleError> {
    return explainDenied(this.store, this.epoch, thrown);
  }
}
