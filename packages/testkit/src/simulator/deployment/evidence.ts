import {
  decodeRecord,
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

  /** What a read got last, or what ended it; undefined when nothing of it was missing when it began, or it ended by itself. */
  arrival(read: ReadSeen): Arrival | undefined {
    const needs = references(this.input(read)?.expression ?? { kind: 'constant', value: null });
    const arrivals = needs.flatMap((need) => this.#arrivalOf(need, read.outcome?.kind === 'error') ?? []);
    const endedMs = read.endedMs === undefined ? Number.POSITIVE_INFINITY : this.sinceStart(read.endedMs);
    const last = latest(
      arrivals.filter(
        ({ atMs, output }) => atMs <= endedMs && (output === undefined) === (read.outcome?.kind === 'error'),
      ),
    );
    return last === undefined || last.atMs <= this.sinceStart(read.startedMs) ? undefined : last;
  }

  /** The end that let a role run which runs after others, or that kept it from running; undefined when it was there before its turn. */
  afterArrival(run: RoleSeen): Arrival | undefined {
    const ends = (this.role(run)?.after ?? []).flatMap((producer) => {
      const end = this.end(producer);
      return end === undefined ? [] : [{ producer, ...end }];
    });
    const failed = ends.filter(({ record }) => record.state !== 'done').sort((a, b) => a.atMs - b.atMs);
    const decisive = run.begunMs === undefined ? failed[0] : latest(ends);
    if (decisive === undefined || decisive.atMs <= this.sinceStart(run.startedMs)) return undefined;
    return { atMs: decisive.atMs, producer: decisive.producer };
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
