import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import { inOrder } from '../../plan/start-roles.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { VerdictRecord } from '../../records/verdict-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import {
  type Entry,
  encodeRecord,
  type Guard,
  type Key,
  type Rev,
  type Watch,
  type WatchHandler,
} from '../../store/store.ts';
import { isoTime } from '../../time/clock.ts';
import type { Json } from '../../values/json.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { isConfirmed } from './confirm.ts';
import { type Deadlock, edgesOf, findDeadlocks } from './cycle.ts';
import { evidenceOf } from './evidence.ts';
import { defaultGraceMs, LostNodes } from './lost-nodes.ts';
import { suggestionFor } from './suggestion.ts';
import { type BlockedRoles, blockedRoles, deadlockedRoles, type GraphState, type GraphWait } from './wait-graph.ts';

/** Milliseconds over which changes are judged together: from the first of them, however many follow. */
const settleMs = 100;
/** Milliseconds after which the graph is looked at again although nothing was told. */
const againMs = 1000;

/**
 * Judges the waits of an epoch while it is elected: finds those that can never end, and writes their verdicts; and declares nodes lost.
 *
 * It follows the waits and the roles of all nodes, which nobody else does. A wait whose record went with its session only hides what it
 * waits for until it is recorded again: a deadlock may be found late, never where there is none.
 */
export class Steward {
  readonly #session: NodeSession;
  readonly #election: Guard;
  readonly #over: (error: HeddleError) => void;
  readonly #idle: () => void;
  readonly #waits = new Map<string, GraphWait>();
  readonly #roles = new Map<string, RoleRecord>();
  /** Waits with a verdict, by key, each with its revision: something will happen to their roles. */
  readonly #condemned = new Map<string, Rev>();
  /** Outputs that were seen to be there, `NODE.OUTPUT`: in an epoch none goes again. */
  readonly #found = new Set<string>();
  readonly #watches: Watch[] = [];
  #lostNodes: LostNodes | undefined;
  /** By name. */
  #nodes: ReadonlyMap<string, GraphState['nodes'][number]> = new Map();
  /** Whether something was told of a node that has come since the plans were read: its group has grown. */
  #hasGrown = false;
  /** When the graph is next looked at, on the monotonic clock. */
  #next: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * @param election  Holds while this is the steward.
   * @param over      Called once when it cannot go on: fenced when another one is steward, or a store error.
   * @param idle      Called when the last wait of the epoch has ended.
   */
  constructor(
    session: NodeSession,
    election: Guard,
    over: (error: HeddleError) => void,
    idle: () => void = () => undefined,
  ) {
    this.#session = session;
    this.#election = election;
    this.#over = over;
    this.#idle = idle;
  }

  /** Begin. Throws store errors. */
  async start(): Promise<void> {
    const { keys } = this.#session.epoch;
    const slices = await this.#readPlans();
    if (this.#isClosed) return;
    const lostNodes = new LostNodes({
      session: this.#session,
      election: this.#election,
      graceMs: slices[0]?.graceMs ?? defaultGraceMs,
      onFailed: (thrown) => this.#end(thrown),
    });
    this.#lostNodes = lostNodes;
    lostNodes.start();
    this.#follow(
      keys.waits(),
      (id, { key, rev }, record) => {
        const wait = { key, rev, record: record as WaitRecord };
        this.#waits.set(id, wait);
        this.#noteNode(wait.record.node);
        return true;
      },
      (id) => {
        this.#waits.delete(id);
        if (!this.hasWaits) this.#idle();
      },
    );
    this.#follow(
      keys.roles(),
      (_id, { key }, record) => this.#noteRole(`${key.at(-2)}.${key.at(-1)}`, record as RoleRecord),
      () => undefined,
      lostNodes.roles,
    );
  }

  /** Whether anybody waits, as far as it has been told. */
  get hasWaits(): boolean {
    return this.#waits.size > 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#next?.cancel();
    await Promise.all([this.#lostNodes?.close(), ...this.#watches.map((watch) => watch.close())]);
    await this.#work;
  }

  async #readPlans(): Promise<readonly PlanSlice[]> {
    const plans = await this.#session.store.list(this.#session.epoch.keys.plans());
    const slices = plans.map((entry) => parse<PlanSlice>(entry));
    this.#nodes = new Map(
      slices.map(({ node: { name, roles } }) => [name, { name, roles: inOrder(roles).map((role) => role.name) }]),
    );
    return slices;
  }

  /** A new member has its plan before it can wait or run. */
  #noteNode(name: string): void {
    this.#hasGrown ||= !this.#nodes.has(name);
  }

  /** Tells whether it may have changed the graph: most records of a role only name its next step. */
  #noteRole(id: string, record: RoleRecord): boolean {
    const before = this.#roles.get(id);
    this.#roles.set(id, record);
    this.#noteNode(record.node);
    return before?.state !== record.state;
  }

  /**
   * @param put   Tells whether the graph has to be judged again.
   * @param also  Told the same.
   */
  #follow(
    prefix: Key,
    put: (id: string, entry: Entry, record: unknown) => boolean,
    drop: (id: string) => void,
    also?: WatchHandler,
  ): void {
    const watch = this.#session.store.watch(prefix, {
      state: (entry) => {
        try {
          if (put(entry.key.join('/'), entry, parse(entry))) this.#judgeWithin(settleMs);
        } catch (thrown) {
          return this.#end(thrown);
        }
        also?.state(entry);
      },
      gone: (key) => {
        drop(key.join('/'));
        this.#judgeWithin(settleMs);
        also?.gone(key);
      },
      synced: () => {
        this.#judgeWithin(settleMs);
        also?.synced();
      },
      status: (status) => also?.status(status),
      failed: (error) => this.#end(error),
    });
    this.#watches.push(watch);
  }

  #judgeWithin(ms: number): void {
    const { clock } = this.#session;
    const atMs = clock.monotonicMs() + ms;
    if (this.#isClosed || (this.#next !== undefined && this.#next.atMs <= atMs)) return;
    this.#next?.cancel();
    const cancel = clock.timer(ms, () => {
      this.#next = undefined;
      this.#work = this.#work.then(() => this.#judge()).catch((thrown: unknown) => this.#onFailed(thrown));
    });
    this.#next = { atMs, cancel };
  }

  async #judge(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#hasGrown) {
      await this.#readPlans();
      this.#hasGrown = false;
    }
    const blocked = blockedRoles(this.#state());
    const stuck = deadlockedRoles(blocked, this.#spared(blocked));
    for (const deadlock of findDeadlocks(blocked, stuck)) {
      if (this.#isClosed) return;
      const isSo = await isConfirmed(this.#session, evidenceOf(deadlock.cycle, blocked, stuck), {
        found: (output) => this.#found.add(output),
      });
      if (isSo) await this.#condemn(deadlock);
    }
    // What was not confirmed has changed meanwhile, and is told; or a part of it was not told yet.
    if (stuck.size > 0) this.#judgeWithin(againMs);
  }

  #state(): GraphState {
    const waits = [...this.#waits.values()];
    const written = new Set(
      waits.flatMap(({ record }) => (record.written ?? []).map((name) => `${record.node}.${name}`)),
    );
    return {
      nodes: [...this.#nodes.values()],
      roles: this.#roles,
      waits,
      isPresent: (output) => written.has(output) || this.#found.has(output),
    };
  }

  #spared(blocked: BlockedRoles): ReadonlySet<string> {
    return new Set(
      [...blocked.values()]
        .flat()
        .flatMap(({ role, wait }) =>
          wait !== undefined && this.#condemned.get(wait.key.join('/')) === wait.rev ? [role] : [],
        ),
    );
  }

  async #condemn({ cycle, wait }: Deadlock): Promise<void> {
    const { store, epoch, clock } = this.#session;
    const edges = edgesOf(cycle);
    const verdict: VerdictRecord = {
      kind: 'deadlock',
      wait: wait.rev,
      cycle: edges,
      ...suggestionFor(edges, this.#roles),
      at: isoTime(clock),
    };
    const [node, role, number] = wait.key.slice(-3) as [string, string, string];
    const key = epoch.keys.verdict(node, role, Number(number));
    const put = (before: Entry | undefined) =>
      store.put(key, encodeRecord(verdict as unknown as Json), {
        expect: before === undefined ? { absent: true } : { rev: before.rev },
        guards: [epoch.openGuard, this.#election],
      });
    const result = await put(undefined);
    // A verdict that is there is of a former wait with this number, or of the steward before.
    if (!result.ok && result.current !== undefined && parse<VerdictRecord>(result.current).wait !== wait.rev)
      await put(result.current);
    this.#condemned.set(wait.key.join('/'), wait.rev);
  }

  /** A store that does not answer takes nothing from the steward while its session goes on. */
  #onFailed(thrown: unknown): void {
    const error = toHeddleError(thrown);
    if (['unavailable', 'ambiguous'].includes(error.code)) return this.#judgeWithin(againMs);
    this.#end(error);
  }

  #end(thrown: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#next?.cancel();
    this.#over(toHeddleError(thrown));
  }
}
