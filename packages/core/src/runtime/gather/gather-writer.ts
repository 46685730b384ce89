import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { NodeSession } from '../node-session.ts';
import type { NeverComing } from '../wait/never-coming.ts';
import { type Outcome, OutputWaiter, type PackedValue } from '../wait/output-waiter.ts';
import { type AggregatePlace, AggregateStorage } from './aggregate.ts';
import type { Election } from './election.ts';
import { type GatheredMember, type GatherId, gatherMembers, packedMember } from './gather-head.ts';

/** Milliseconds over which the arrivals of members are told together. */
const coalesceMs = 200;
/** Milliseconds after which a write that the store did not take is tried again. */
const retryMs = 500;
/** Milliseconds a member, and at most, for members that are about to write: their roles are followed only when they have not. */
const arrivalMs = { perMember: 5, atMost: 1000 };

/**
 * Collects one output of all members of a group and keeps the aggregate.
 *
 * There is one writer per gather, elected among its readers. Its head changes when it is complete, when a member of a complete one has
 * written again, and when a member fails or may come again; everything else is progress, which only some readers look at.
 */
export class GatherWriter {
  readonly #session: NodeSession;
  readonly #id: GatherId;
  readonly #election: Election;
  readonly #storage: AggregateStorage;
  readonly #onLost: (error: HeddleError) => void;
  readonly #followers: readonly OutputWaiter[];
  readonly #present = new Map<string, PackedValue>();
  readonly #failed = new Map<string, NeverComing>();
  #place: AggregatePlace = { generation: 0 };
  #isHeadDue = false;
  #isAggregateDue = false;
  #isProgressDue = false;
  #isUnconfirmed = false;
  #writing: Promise<void> | undefined;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;
  #cancelArrival: (() => void) | undefined;
  #stopRenewals: (() => void) | undefined;

  /**
   * @param role    The role that produces the output in each member.
   * @param onLost  Called once when it cannot go on; its readers hold another election.
   */
  constructor(
    session: NodeSession,
    id: GatherId,
    role: string,
    election: Election,
    onLost: (error: HeddleError) => void,
  ) {
    this.#session = session;
    this.#id = id;
    this.#election = election;
    this.#storage = new AggregateStorage(session, id, election);
    this.#onLost = onLost;
    this.#followers = gatherMembers(id).map((node) => {
      const ref = { node, output: id.output };
      const told = (outcome: Outcome) => this.#note(node, outcome);
      return new OutputWaiter(session, ref, role, told, { once: false, lazy: true });
    });
  }

  start(): void {
    for (const follower of this.#followers) follower.start();
    const graceMs = Math.min(this.#id.count * arrivalMs.perMember, arrivalMs.atMost);
    this.#cancelArrival = this.#session.clock.timer(graceMs, () => {
      for (const follower of this.#followers) follower.followProducer();
    });
    // The head went with the session; without a write this writer would not learn of it.
    this.#stopRenewals = this.#session.onRenewed(() => this.#confirmSoon());
  }

  async close(): Promise<void> {
    this.#end();
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    await this.#writing;
  }

  #note(member: string, outcome: Outcome): void {
    if (outcome.kind === 'error') return this.#lose(outcome.error);
    if (outcome.kind === 'value') {
      if (this.#present.get(member)?.rev === outcome.stored.rev) return;
      this.#present.set(member, outcome.stored);
      this.#isHeadDue ||= this.#failed.delete(member);
      if (this.#isComplete) this.#isAggregateDue = true;
      else this.#isProgressDue = true;
    } else if (outcome.kind === 'open') {
      this.#isHeadDue ||= this.#failed.delete(member);
    } else if (!this.#present.has(member)) {
      this.#failed.set(member, outcome.why);
      this.#isHeadDue = true;
    }
    this.#changed();
  }

  get #isComplete(): boolean {
    return this.#present.size === this.#id.count;
  }

  #changed(): void {
    if (this.#isClosed || this.#writing !== undefined) return;
    if (this.#isHeadDue || this.#isAggregateDue || this.#isUnconfirmed) return this.#beginWrite();
    if (this.#isProgressDue && !this.#isComplete)
      this.#cancelTimer ??= this.#session.clock.timer(coalesceMs, () => this.#beginWrite());
  }

  #beginWrite(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#writing = this.#write().then(
      () => this.#wrote(),
      (thrown: unknown) => this.#onWriteFailed(toHeddleError(thrown)),
    );
  }

  #wrote(): void {
    this.#writing = undefined;
    this.#changed();
  }

  async #write(): Promise<void> {
    if (this.#isUnconfirmed) await this.#election.confirm();
    this.#isUnconfirmed = false;
    if (this.#isProgressDue && !this.#isComplete) await this.#writeProgress();
    if (!this.#isHeadDue && !this.#isAggregateDue) return;
    const before = this.#place;
    if (this.#isAggregateDue) {
      // What comes while this is written is due again.
      this.#isAggregateDue = false;
      this.#isHeadDue = true;
      this.#place = await this.#storage.store(this.#members()).catch((error: unknown) => {
        this.#isAggregateDue = true;
        throw error;
      });
    }
    this.#isHeadDue = false;
    try {
      await this.#election.swap({
        writer: this.#election.writer,
        ...this.#place,
        failed: Object.fromEntries(this.#failed),
      });
    } catch (error) {
      this.#isHeadDue = true;
      throw error;
    }
    if (before !== this.#place) await this.#storage.tidy(this.#place.generation);
  }

  #members(): GatheredMember[] {
    return gatherMembers(this.#id).map((member) => {
      const { packed, rev } = this.#present.get(member) as PackedValue;
      return packedMember(member, rev, packed);
    });
  }

  async #writeProgress(): Promise<void> {
    const { keys } = this.#session.epoch;
    const record = { writer: this.#election.writer, present: [...this.#present.keys()] };
    // Who arrives while this is written is due again.
    this.#isProgressDue = false;
    try {
      await this.#election.write(keys.gatherProgress(this.#id.group, this.#id.output, this.#id.count), record);
    } catch (error) {
      this.#isProgressDue = true;
      throw error;
    }
  }

  #confirmSoon(): void {
    this.#isUnconfirmed = true;
    this.#changed();
  }

  /** A store that does not answer takes nothing from a writer whose session goes on: it looks, and writes again, when it can. */
  #onWriteFailed(error: HeddleError): void {
    this.#writing = undefined;
    if (!['unavailable', 'ambiguous', 'session-lost'].includes(error.code)) return this.#lose(error);
    if (this.#isClosed) return;
    this.#isUnconfirmed = true;
    this.#cancelTimer = this.#session.clock.timer(retryMs, () => this.#beginWrite());
  }

  #lose(error: HeddleError): void {
    if (this.#isClosed) return;
    this.#end();
    this.#onLost(error);
  }

  #end(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#cancelArrival?.();
    this.#stopRenewals?.();
  }
}
