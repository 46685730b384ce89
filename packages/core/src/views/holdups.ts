import { formatPath } from '../paths/attribute-path.ts';
import { groupSizes } from '../plan/growth.ts';
import { splitName } from '../plan/names.ts';
import { inOrder } from '../plan/start-roles.ts';
import { isEnded, type RoleRecord } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import { afterNumber, blockedRoles, deadlockedRoles } from '../runtime/steward/wait-graph.ts';
import { outdatedBy } from './outdated.ts';
import type { DeploymentState } from './status.ts';
import { isAbout, isAfterWait, outputsOf, partsOf, unnamedOutputs, type WaitPart, type Wanted } from './wait-parts.ts';

/** The state of a deployment, and which of the awaited outputs are there: a wait record is not rewritten when a part of it comes. */
export interface WhyState extends DeploymentState {
  /** `NODE.OUTPUT`. */
  readonly present: ReadonlySet<string>;
  /** Awaited outputs of which this connection may not know. @default none */
  readonly hidden?: ReadonlySet<string>;
}

/** Why a role cannot go on, or has ended badly, because of another role. */
export type Holdup =
  /** A wait. `for` is the output, or for a role that runs after others the role, `NODE.ROLE`. */
  | { readonly kind: 'wait'; readonly wait: WaitRecord; readonly for: string; readonly producer: string }
  /** Not started: an earlier role of its node has not ended. */
  | { readonly kind: 'order'; readonly producer: string }
  /** Ended with an error, because `for` did not come. */
  | { readonly kind: 'failed'; readonly for: string; readonly producer: string };

/** The error of a wait names no more outputs than so many. */
const mostLacked = 20;

/** Looks up, in one stored state, by whom each role is held up. Roles are named `NODE.ROLE`. */
export class Holdups {
  readonly state: WhyState;
  readonly #records: ReadonlyMap<string, RoleRecord>;
  readonly #waits = new Map<string, WaitRecord[]>();
  readonly #nodes: ReadonlyMap<string, WhyState['nodes'][number]>;
  readonly #members: ReadonlySet<string>;
  readonly #sizes: Readonly<Record<string, number>>;
  #stuck: ReadonlySet<string> | undefined;

  constructor(state: WhyState) {
    this.state = state;
    this.#records = new Map(state.roles.map((record) => [`${record.node}.${record.role}`, record]));
    this.#nodes = new Map(state.nodes.map((node) => [node.name, node]));
    this.#members = new Set(state.members);
    this.#sizes = groupSizes(state.nodes);
    for (const wait of state.waits) {
      const name = `${wait.node}.${wait.role}`;
      this.#waits.set(name, [...(this.#waits.get(name) ?? []), wait]);
    }
  }

  node(name: string): WhyState['nodes'][number] | undefined {
    return this.#nodes.get(name);
  }

  record(role: string): RoleRecord | undefined {
    return this.#records.get(role);
  }

  hasAgent(node: string): boolean {
    return this.#members.has(node);
  }

  /** What makes a role which ended well outdated: see outdatedBy. */
  outdated(role: string): readonly string[] {
    const planned = this.#planRole(role);
    return planned === undefined ? [] : outdatedBy(this.state, planned, this.record(role), this.#sizes);
  }

  /** The waits that are going on; one that outlived its role is none. */
  waits(role: string): readonly WaitRecord[] {
    const record = this.record(role);
    return record !== undefined && isEnded(record.state) ? [] : (this.#waits.get(role) ?? []);
  }

  /** Roles that can never go on, as the steward judges it: what holds them up is held up by them. */
  get stuck(): ReadonlySet<string> {
    this.#stuck ??= stuckRoles(this.state, this.#records);
    return this.#stuck;
  }

  /** True for the wait of a role that asked for an output of another node by its name: no input of it is called so. */
  isByName(wait: WaitRecord): boolean {
    const role = this.#planRole(`${wait.node}.${wait.role}`);
    if (role?.readsPeers !== true || isAfterWait(wait)) return false;
    return !role.inputs.some(({ path }) => formatPath(path) === wait.input);
  }

  /** What a wait still lacks. Of members that are not all needed those that can still do it, where they are enough. */
  absent(wait: WaitRecord): readonly Wanted[] {
    const isThere = isAfterWait(wait)
      ? (name: string) => this.record(name)?.state === 'done'
      : (name: string) => this.state.present.has(name);
    return this.#partsOf(wait).flatMap(({ wants, needed }) => {
      const open = wants.filter((want) => !isThere(want.for));
      const lacking = needed - (wants.length - open.length);
      if (lacking <= 0) return [];
      const able = open.filter(({ producer }) => !this.#hasEnded(producer) && !this.stuck.has(producer));
      return able.length >= lacking ? able : open;
    });
  }

  #partsOf(wait: WaitRecord): readonly WaitPart[] {
    const unnamed = unnamedOutputs(wait, this.#planRole(`${wait.node}.${wait.role}`));
    const more = unnamed.flatMap((name): WaitPart[] => {
      const producer = this.#producerOf(name);
      return producer === undefined ? [] : [{ wants: [{ for: name, producer }], needed: 1 }];
    });
    return [...partsOf(wait), ...more];
  }

  /** By whom a role is held up, on its main thread. */
  of(role: string): readonly Holdup[] {
    const record = this.record(role);
    if (record !== undefined && isEnded(record.state)) return this.#failedFor(role, record);
    const waits = this.waits(role).filter((wait) => wait.edge);
    if (waits.length > 0) return waits.flatMap((wait) => this.ofWait(wait));
    return record?.state === 'running' ? [] : this.#earlier(role);
  }

  ofWait(wait: WaitRecord): readonly Holdup[] {
    return this.absent(wait).map((want): Holdup => ({ kind: 'wait', wait, ...want }));
  }

  #earlier(role: string): readonly Holdup[] {
    const [node, name] = splitName(role);
    const roles = inOrder(this.node(node)?.roles ?? []);
    const before = roles.slice(
      0,
      Math.max(
        0,
        roles.findIndex((other) => other.name === name),
      ),
    );
    const open = before.map((other) => `${node}.${other.name}`).find((other) => !this.#hasEnded(other));
    return open === undefined ? [] : [{ kind: 'order', producer: open }];
  }

  #hasEnded(role: string): boolean {
    const record = this.record(role);
    return record !== undefined && isEnded(record.state);
  }

  #failedFor(role: string, record: RoleRecord): readonly Holdup[] {
    return this.#lacked(role, record).flatMap(({ isThere, ...want }) => (isThere ? [] : [{ kind: 'failed', ...want }]));
  }

  /** All that a failed role was without when it failed, when every bit of it is there by now; else nothing. */
  arrived(role: string): readonly string[] {
    const record = this.record(role);
    if (record?.state !== 'failed') return [];
    // One that never began may have failed of anything, beside the roles that it comes after.
    if (record.startedAt === undefined && !/^(wait|producer)-/.test(record.error?.code ?? '')) return [];
    const lacked = this.#lacked(role, record);
    return lacked.length < mostLacked && lacked.every(({ isThere }) => isThere) ? lacked.map((want) => want.for) : [];
  }

  #lacked(role: string, { state, error, startedAt }: RoleRecord): readonly (Wanted & { readonly isThere: boolean })[] {
    // The error of a deadlock holds the whole cycle: its roles have ended one because of the other since.
    if (state === 'done' || error === undefined || error.code === 'deadlock') return [];
    const missing = error.details?.['missing'];
    if (Array.isArray(missing)) {
      return missing.flatMap((name) => {
        const producer = typeof name === 'string' ? this.#producerOf(name) : undefined;
        return producer === undefined ? [] : [{ for: name, producer, isThere: this.state.present.has(name) }];
      });
    }
    if (startedAt !== undefined) return [];
    const after = this.#planRole(role)?.after ?? [];
    return after.map((ref) => {
      const name = `${ref.node}.${ref.role}`;
      return { for: name, producer: name, isThere: this.record(name)?.state === 'done' };
    });
  }

  #planRole(role: string) {
    const [node, name] = splitName(role);
    return this.node(node)?.roles.find((other) => other.name === name);
  }

  /** The role that declares an output, `NODE.OUTPUT`. */
  #producerOf(output: string): string | undefined {
    const [node, name] = splitName(output);
    const role = this.node(node)?.roles.find(({ outputs }) => outputs.some((other) => other.name === name));
    return role === undefined ? undefined : `${node}.${role.name}`;
  }
}

function stuckRoles(state: WhyState, roles: ReadonlyMap<string, RoleRecord>): ReadonlySet<string> {
  const nodes = state.nodes.map((node) => ({ name: node.name, roles: inOrder(node.roles).map(({ name }) => name) }));
  const waits = state.waits.map((record) => ({ key: [isAfterWait(record) ? afterNumber : ''], rev: '', record }));
  return deadlockedRoles(blockedRoles({ nodes, roles, waits, isPresent: (output) => state.present.has(output) }));
}

/** List the outputs whose presence decides what holds up whom, those that waits and failed roles name, and those of the input that is asked about. */
export function namedOutputs(
  state: Pick<DeploymentState, 'nodes' | 'waits' | 'roles'>,
  target = '',
): readonly string[] {
  const names = new Set<string>();
  for (const node of state.nodes)
    for (const input of node.roles.flatMap(({ inputs }) => inputs))
      if (isAbout(target, node.name, input)) for (const name of outputsOf(input)) names.add(name);
  const roles = new Map(
    state.nodes.flatMap((node) => node.roles.map((role) => [`${node.name}.${role.name}`, role] as const)),
  );
  for (const wait of state.waits) {
    if (isAfterWait(wait)) continue;
    for (const { wants } of partsOf(wait)) for (const want of wants) names.add(want.for);
    for (const name of unnamedOutputs(wait, roles.get(`${wait.node}.${wait.role}`))) names.add(name);
  }
  for (const { error } of state.roles) {
    const missing = error?.details?.['missing'];
    if (Array.isArray(missing)) for (const name of missing) if (typeof name === 'string') names.add(name);
  }
  return [...names];
}
