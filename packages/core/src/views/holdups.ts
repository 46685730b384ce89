import { isEnded, type RoleRecord } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import type { DeploymentState } from './status.ts';

/** The state of a deployment, and which of the awaited outputs are there: a wait record is not rewritten when a part of it comes. */
export interface WhyState extends DeploymentState {
  /** `NODE.OUTPUT`. */
  readonly present: ReadonlySet<string>;
}

/** Why a role cannot go on, or has ended badly, because of another role. */
export type Holdup =
  /** A wait. `for` is the output, or for a role that runs after others the role, `NODE.ROLE`. */
  | { readonly kind: 'wait'; readonly wait: WaitRecord; readonly for: string; readonly producer: string }
  /** Not started: an earlier role of its node has not ended. */
  | { readonly kind: 'order'; readonly producer: string }
  /** Ended with an error, because `for` did not come. */
  | { readonly kind: 'failed'; readonly for: string; readonly producer: string };

const afterInput = 'after';

/** True for the wait of a role that has not started, for the roles that it runs after. */
export function isAfterWait(wait: Pick<WaitRecord, 'input' | 'missing' | 'producers'>): boolean {
  return wait.input === afterInput && wait.missing.every((name, index) => name === wait.producers[index]);
}

/** Looks up, in one stored state, by whom each role is held up. Roles are named `NODE.ROLE`. */
export class Holdups {
  readonly state: WhyState;
  readonly #records: ReadonlyMap<string, RoleRecord>;
  readonly #waits = new Map<string, WaitRecord[]>();
  readonly #nodes: ReadonlyMap<string, WhyState['nodes'][number]>;
  readonly #members: ReadonlySet<string>;

  constructor(state: WhyState) {
    this.state = state;
    this.#records = new Map(state.roles.map((record) => [`${record.node}.${record.role}`, record]));
    this.#nodes = new Map(state.nodes.map((node) => [node.name, node]));
    this.#members = new Set(state.members);
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

  /** The waits that are going on; one that outlived its role is none. */
  waits(role: string): readonly WaitRecord[] {
    const record = this.record(role);
    return record !== undefined && isEnded(record.state) ? [] : (this.#waits.get(role) ?? []);
  }

  /** What a wait still lacks, as positions in its lists. */
  absent(wait: WaitRecord): readonly number[] {
    const isThere = isAfterWait(wait)
      ? (name: string) => this.record(name)?.state === 'done'
      : (name: string) => this.state.present.has(name);
    return [...wait.missing.keys()].filter((index) => !isThere(wait.missing[index] ?? ''));
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
    return this.absent(wait).flatMap((index): Holdup[] => {
      const [missing, producer] = [wait.missing[index], wait.producers[index]];
      return missing === undefined || producer === undefined ? [] : [{ kind: 'wait', wait, for: missing, producer }];
    });
  }

  #earlier(role: string): readonly Holdup[] {
    const [node = '', name = ''] = role.split('.');
    const roles = this.node(node)?.roles ?? [];
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

  #failedFor(role: string, { state, error, startedAt }: RoleRecord): readonly Holdup[] {
    // The error of a deadlock holds the whole cycle: its roles have ended one because of the other since.
    if (state === 'done' || error === undefined || error.code === 'deadlock') return [];
    const missing = error.details?.['missing'];
    if (Array.isArray(missing)) {
      return missing.flatMap((name): Holdup[] => {
        const producer = typeof name === 'string' ? this.#producerOf(name) : undefined;
        if (producer === undefined || this.state.present.has(name as string)) return [];
        return [{ kind: 'failed', for: name as string, producer }];
      });
    }
    if (startedAt !== undefined) return [];
    const after = this.#planRole(role)?.after ?? [];
    return after
      .map((ref) => `${ref.node}.${ref.role}`)
      .filter((name) => this.record(name)?.state !== 'done')
      .map((name) => ({ kind: 'failed', for: name, producer: name }));
  }

  #planRole(role: string) {
    const [node = '', name = ''] = role.split('.');
    return this.node(node)?.roles.find((other) => other.name === name);
  }

  /** The role that declares an output, `NODE.OUTPUT`. */
  #producerOf(output: string): string | undefined {
    const [node = '', name = ''] = output.split('.');
    const role = this.node(node)?.roles.find(({ outputs }) => outputs.some((other) => other.name === name));
    return role === undefined ? undefined : `${node}.${role.name}`;
  }
}

/** List the outputs whose presence decides what holds up whom: those that waits and failed roles name. */
export function namedOutputs(state: Pick<DeploymentState, 'waits' | 'roles'>): readonly string[] {
  const names = new Set(state.waits.filter((wait) => !isAfterWait(wait)).flatMap((wait) => wait.missing));
  for (const { error } of state.roles) {
    const missing = error?.details?.['missing'];
    if (Array.isArray(missing)) for (const name of missing) if (typeof name === 'string') names.add(name);
  }
  return [...names];
}
