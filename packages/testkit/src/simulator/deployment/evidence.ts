import {
  decodeRecord,
  formatPath,
  type HeddleError,
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
import type { ReadSeen, RoleSeen } from '../agent/observations.ts';
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

/** A read that is shorter than this finds its value there, and only asks for it; the core records no wait before. */
export const shortestWaitMs = 250;

/** What happened in a simulated deployment, and when, all times in milliseconds since its agents were started. */
export class Evidence {
  readonly plan: Plan;
  readonly #world: PlanWorld;
  readonly #roles = new Map<string, PlanRole>();
  readonly #producers = new Map<string, string>();
  readonly #ends = new Map<string, RoleEnd>();
  readonly #runs = new Map<string, RoleSeen[]>();
  readonly #reads = new Map<string, ReadSeen[]>();

  constructor(plan: Plan, world: PlanWorld) {
    this.plan = plan;
    this.#world = world;
    const { keys } = world.epoch;
    for (const { name: node, roles } of plan.nodes) {
      for (const role of roles) {
        this.#roles.set(`${node}.${role.name}`, role);
        for (const output of role.outputs) this.#producers.set(`${node}.${output.name}`, role.name);
        const change = world.truth.history(keys.role(node, role.name)).at(-1);
        if (change?.value === undefined) continue;
        const record = decodeRecord(change.value) as unknown as RoleRecord;
        if (isEnded(record.state))
          this.#ends.set(`${node}.${role.name}`, { atMs: change.atMs - world.startMs, record });
      }
    }
    for (const run of world.seen.roles) add(this.#runs, `${run.node}.${run.role}`, run);
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

  end({ node, role }: RoleRef): RoleEnd | undefined {
    return this.#ends.get(`${node}.${role}`);
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
    const { startedMs, endedMs, outcome } = read;
    if (endedMs === undefined || outcome === undefined) return undefined;
    const error = outcome.kind === 'error' ? outcome.error : undefined;
    return this.#hold({ startedMs, endedMs, error }, () => this.#arrival(read, this.sinceStart(endedMs)));
  }

  /** Why a role came late to its turn that runs after others; undefined when it did not. */
  holdOfStart(run: RoleSeen): Hold | undefined {
    const { startedMs, begunMs, error } = run;
    const endedMs = begunMs ?? run.endedMs;
    if (endedMs === undefined || (this.role(run)?.after.length ?? 0) === 0) return undefined;
    return this.#hold({ startedMs, endedMs, error: begunMs === undefined ? error : undefined }, () =>
      this.#afterArrival(run),
    );
  }

  #hold(
    wait: { readonly startedMs: number; readonly endedMs: number; readonly error: HeddleError | undefined },
    arrivalOf: () => Arrival | undefined,
  ): Hold | undefined {
    const { startedMs, endedMs, error } = wait;
    if (error?.code === 'deadlock') return { held: 'cycle' };
    if (error?.code === 'wait-timeout' || error?.code === 'unavailable') return { held: 'deadline' };
    const arrival = arrivalOf();
    if (arrival !== undefined && arrival.atMs > this.sinceStart(startedMs)) return { arrival };
    if (endedMs - startedMs < shortestWaitMs) return undefined;
    return { held: this.#world.isAwayWithin(startedMs, endedMs) ? 'store' : 'gather' };
  }

  /** What a read got last, or what ended it. */
  #arrival(read: ReadSeen, endedMs: number): Arrival | undefined {
    const isFailed = read.outcome?.kind === 'error';
    const needs = references(this.input(read)?.expression ?? { kind: 'constant', value: null });
    const arrivals = needs.flatMap((need) => this.#arrivalOf(need, isFailed) ?? []);
    return latest(arrivals.filter(({ atMs }) => atMs <= endedMs));
  }

  /** The end that let a role run which runs after others, or that kept it from running. */
  #afterArrival(run: RoleSeen): Arrival | undefined {
    const ends = (this.role(run)?.after ?? []).flatMap((producer) => {
      const end = this.end(producer);
      return end === undefined ? [] : [{ producer, ...end }];
    });
    const failed = ends.filter(({ record }) => record.state !== 'done').sort((a, b) => a.atMs - b.atMs);
    const decisive = run.begunMs === undefined ? failed[0] : latest(ends);
    return decisive === undefined ? undefined : { atMs: decisive.atMs, producer: decisive.producer };
  }

  /** When a need was met, or with `failed` the first moment at which it could not be met any more. */
  #arrivalOf(need: Need, failed: boolean): Arrival | undefined {
    const outputs =
      need.kind === 'output'
        ? [{ node: need.node, output: need.output }]
        : Array.from({ length: need.count }, (_, index) => ({
            node: memberName(need.group, index),
            output: need.output,
          }));
    const arrivals = outputs.flatMap((output) => this.#outputArrival(output.node, output.output) ?? []);
    const wanted = arrivals.filter(({ output }) => (output === undefined) === failed).sort((a, b) => a.atMs - b.atMs);
    if (failed) return wanted[0];
    return wanted[need.kind === 'gather' ? (need.atLeast ?? need.count) - 1 : 0];
  }

  #outputArrival(node: string, output: string): Arrival | undefined {
    const role = this.#producers.get(`${node}.${output}`);
    if (role === undefined) return undefined;
    const producer = { node, role };
    const first = this.#world.truth.history(this.#world.epoch.keys.value(node, output))[0];
    if (first !== undefined) return { atMs: this.sinceStart(first.atMs), producer, output: `${node}.${output}` };
    const end = this.end(producer);
    return end === undefined ? undefined : { atMs: end.atMs, producer };
  }
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
