import {
  decodeRecord,
  type ErrorCode,
  formatPath,
  isEnded,
  memberName,
  type Need,
  type Plan,
  type PlanInput,
  type PlanRole,
  type RoleRecord,
  type RoleRef,
  references,
} from '@heddle/core';
import type { ReadSeen, RoleSeen, WriteSeen } from '../agent/observations.ts';
import type { PlanWorld } from './plan-world.ts';

/** The end of a role, as the store has it. */
export interface RoleEnd {
  /** Milliseconds since the agents were started. */
  readonly atMs: number;
  readonly record: RoleRecord;
}

/** What ended a wait. */
export interface Arrival {
  /** Milliseconds since the agents were started. */
  readonly atMs: number;
  readonly producer: RoleRef;
  /** `NODE.OUTPUT`; undefined: it was the end of the producer. */
  readonly output?: string;
}

/** What held up a wait, where no value and no end of a role ended it. */
export type Held =
  /** It was in a cycle of waits, and was ended for that. */
  | 'cycle'
  /** Its deadline passed. */
  | 'deadline'
  /** The store was away. */
  | 'store'
  /** What it waited for was there, and had to be gathered from the members of a group. */
  | 'gather';

/** Why a wait lasted until it ended. */
export type Hold = { readonly arrival: Arrival } | { readonly held: Held };

/** A time in which what a role wrote could not be stored, in milliseconds since the agents were started. */
export interface Stall {
  /** What it wrote: its outputs, for which it waited, or its end, for which only others wait. */
  readonly writes: 'outputs' | 'end';
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A read that is shorter than this finds its value there, and only asks for it; the core records no wait before. */
export const shortestWaitMs = 250;

/** What happened in a simulated deployment, and when, all times in milliseconds since its agents were started. */
export class Evidence {
  readonly plan: Plan;
  readonly #world: PlanWorld;
  readonly #roles = new Map<string, PlanRole>();
  readonly #producers = new Map<string, string>();
  readonly #ends = new Map<string, readonly RoleEnd[]>();
  readonly #runs = new Map<string, RoleSeen[]>();
  readonly #reads = new Map<string, ReadSeen[]>();
  readonly #writes = new Map<string, WriteSeen[]>();

  constructor(plan: Plan, world: PlanWorld) {
    this.plan = plan;
    this.#world = world;
    const { keys } = world.epoch;
    for (const { name: node, roles } of plan.nodes) {
      for (const role of roles) {
        this.#roles.set(`${node}.${role.name}`, role);
        for (const output of role.outputs) this.#producers.set(`${node}.${output.name}`, role.name);
        const ends = world.truth.history(keys.role(node, role.name)).flatMap(({ value, atMs }): RoleEnd[] => {
          const record = value === undefined ? undefined : (decodeRecord(value) as unknown as RoleRecord);
          return record === undefined || !isEnded(record.state) ? [] : [{ atMs: atMs - world.startMs, record }];
        });
        this.#ends.set(`${node}.${role.name}`, ends);
      }
    }
    for (const run of world.seen.roles) add(this.#runs, `${run.node}.${run.role}`, run);
    for (const write of world.seen.writes) add(this.#writes, `${write.node}.${write.role}`, write);
    for (const read of world.seen.reads) add(this.#reads, `${read.node}.${read.role}`, read);
  }

  /** A moment that an agent noted, since the agents were started. */
  sinceStart(ms: number): number {
    return ms - this.#world.startMs;
  }

  role({ node, role }: RoleRef): PlanRole | undefined {
    return this.#roles.get(`${node}.${role}`);
  }

  /** The role before it on its node. */
  before({ node, role }: RoleRef): RoleRef | undefined {
    const roles = this.plan.nodes.find(({ name }) => name === node)?.roles ?? [];
    const previous = roles[roles.findIndex(({ name }) => name === role) - 1];
    return previous === undefined ? undefined : { node, role: previous.name };
  }

  /** The last end of a role until a moment: a node that was lost may come back, and run it again. */
  end({ node, role }: RoleRef, untilMs = Number.POSITIVE_INFINITY): RoleEnd | undefined {
    return this.#ends.get(`${node}.${role}`)?.findLast(({ atMs }) => atMs <= untilMs);
  }

  /** The last run of a role that had begun at a moment. */
  run({ node, role }: RoleRef, atMs: number): RoleSeen | undefined {
    return this.#runs.get(`${node}.${role}`)?.findLast(({ startedMs }) => this.sinceStart(startedMs) <= atMs);
  }

  runs(): Iterable<RoleSeen> {
    return this.#world.seen.roles;
  }

  /** What a run of a role has read, in order. */
  readsOf({ node, role, run }: RoleSeen): readonly ReadSeen[] {
    return this.#reads.get(`${node}.${role}`)?.filter((read) => read.run === run) ?? [];
  }

  /** When the store was away and did not take what a run of a role wrote, in order. */
  stallsOf({ node, role, run, incarnation, endedMs }: RoleSeen): readonly Stall[] {
    const name = `${node}.${role}`;
    const writes = this.#writes.get(name)?.filter((write) => write.run === run) ?? [];
    const stalls = writes.map(
      (write): Stall => ({
        writes: 'outputs',
        fromMs: this.sinceStart(write.startedMs),
        untilMs: this.sinceStart(write.endedMs),
      }),
    );
    const end = this.#ends.get(name)?.find(({ record }) => record.incarnation === String(incarnation));
    if (end !== undefined && endedMs !== undefined)
      stalls.push({ writes: 'end', fromMs: this.sinceStart(endedMs), untilMs: end.atMs });
    return stalls.filter(
      ({ fromMs, untilMs }) => untilMs - fromMs >= shortestWaitMs && this.#world.isAwayWithin(fromMs, untilMs),
    );
  }

  /** Whether what ended a wait came so late because the store did not take it. */
  isStalled({ producer, atMs }: Arrival): boolean {
    const run = this.run(producer, atMs);
    return run !== undefined && this.stallsOf(run).some(({ fromMs, untilMs }) => fromMs < atMs && atMs <= untilMs);
  }

  reads(): Iterable<ReadSeen> {
    return this.#world.seen.reads;
  }

  input({ node, role, input }: ReadSeen): PlanInput | undefined {
    return this.role({ node, role })?.inputs.find(({ path }) => formatPath(path) === input);
  }

  /** When the machine of a node was lost. */
  killedMs(node: string): number | undefined {
    const killedMs = this.#world.killedMs.get(node);
    return killedMs === undefined ? undefined : this.sinceStart(killedMs);
  }

  /** Why a read took its time; undefined when it did not wait, or has not ended. */
  holdOfRead(read: ReadSeen): Hold | undefined {
    const { endedMs, outcome } = read;
    const input = this.input(read);
    if (endedMs === undefined || outcome === undefined || input === undefined) return undefined;
    const wait = { fromMs: this.sinceStart(read.startedMs), untilMs: this.sinceStart(endedMs) };
    const needs = references(input.expression);
    const met = needs.flatMap((need) => this.#met(need, wait.untilMs) ?? []);
    // A value without all that it is made of is the input's default.
    const isMet = outcome.kind === 'value' && met.length === needs.length;
    if (isMet) return this.#hold(wait, latest(met));
    const code = outcome.kind === 'error' ? outcome.error.code : undefined;
    const end = latest(needs.flatMap((need) => this.#unmet(need, wait.untilMs) ?? []));
    if (code !== undefined || end !== undefined) return this.#hold(wait, end, code);
    return { held: wait.untilMs - wait.fromMs >= input.deadlineMs ? 'deadline' : 'cycle' };
  }

  /** Why a role came late to its turn that runs after others; undefined when it did not. */
  holdOfStart(run: RoleSeen): Hold | undefined {
    const endedMs = run.begunMs ?? run.endedMs;
    const after = this.role(run)?.after ?? [];
    if (endedMs === undefined || after.length === 0) return undefined;
    const wait = { fromMs: this.sinceStart(run.startedMs), untilMs: this.sinceStart(endedMs) };
    const ends = after.flatMap((producer) => {
      const end = this.end(producer, wait.untilMs);
      return end === undefined ? [] : [{ producer, ...end }];
    });
    if (run.begunMs !== undefined) return this.#hold(wait, latest(ends));
    return this.#hold(wait, earliest(ends.filter(({ record }) => record.state !== 'done')), run.error?.code);
  }

  #hold(
    { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
    arrival: Arrival | undefined,
    code?: ErrorCode,
  ): Hold | undefined {
    if (code === 'deadlock') return { held: 'cycle' };
    if (code === 'wait-timeout' || code === 'unavailable') return { held: 'deadline' };
    if (arrival !== undefined && arrival.atMs > fromMs) return { arrival };
    if (untilMs - fromMs < shortestWaitMs) return undefined;
    return { held: this.#world.isAwayWithin(fromMs, untilMs) ? 'store' : 'gather' };
  }

  /** When a need was met; undefined when it was not until then. */
  #met(need: Need, untilMs: number): Arrival | undefined {
    const arrivals = outputsOf(need).flatMap(({ node, output }): Arrival[] => {
      const role = this.#producers.get(`${node}.${output}`);
      const writtenMs = this.#writtenMs(node, output);
      if (role === undefined || writtenMs > untilMs) return [];
      return [{ atMs: writtenMs, producer: { node, role }, output: `${node}.${output}` }];
    });
    const enough = need.kind === 'gather' ? (need.atLeast ?? need.count) : 1;
    return arrivals.sort((a, b) => a.atMs - b.atMs)[enough - 1];
  }

  /** The first end of a role that should have written a part of a need, and had not; undefined when there was none until then. */
  #unmet(need: Need, untilMs: number): Arrival | undefined {
    const ends = outputsOf(need).flatMap(({ node, output }): Arrival[] => {
      const role = this.#producers.get(`${node}.${output}`);
      if (role === undefined) return [];
      const end = this.end({ node, role }, untilMs);
      return end === undefined || this.#writtenMs(node, output) <= end.atMs
        ? []
        : [{ atMs: end.atMs, producer: { node, role } }];
    });
    return earliest(ends);
  }

  #writtenMs(node: string, output: string): number {
    const [first] = this.#world.truth.history(this.#world.epoch.keys.value(node, output));
    return first === undefined ? Number.POSITIVE_INFINITY : this.sinceStart(first.atMs);
  }
}

function outputsOf(need: Need): readonly { readonly node: string; readonly output: string }[] {
  const { output } = need;
  if (need.kind === 'output') return [{ node: need.node, output }];
  return Array.from({ length: need.count }, (_, index) => ({ node: memberName(need.group, index), output }));
}

function earliest<T extends { readonly atMs: number }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (first, next) => (first === undefined || next.atMs < first.atMs ? next : first),
    undefined,
  );
}

function latest<T extends { readonly atMs: number }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (last, next) => (last === undefined || next.atMs > last.atMs ? next : last),
    undefined,
  );
}

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
