import {
  type DeploymentEvent,
  type Entry,
  type EpochKeys,
  groupSizes,
  type Key,
  outdatedBy,
  type PlanNode,
  type PlanRole,
  parse,
  type Rev,
  type RoleRecord,
  readSuperseded,
  type Store,
} from '@heddle/core';

type Outdated = Extract<DeploymentEvent, { type: 'outdated' }>;

/**
 * Finds out which roles have become outdated, each end of a role once.
 *
 * Roles and values are told of by watches of their own, in any order: what looks outdated by what was told is looked up before it is said.
 */
export class OutdatedEvents {
  readonly #store: Store;
  readonly #keys: EpochKeys;
  readonly #done = new Map<string, RoleRecord>();
  readonly #revisions = new Map<string, Rev>();
  /** The roles that read an output. */
  readonly #readers = new Map<string, Set<string>>();
  readonly #told = new WeakSet<RoleRecord>();
  readonly #suspects = new Set<string>();
  #roles: ReadonlyMap<string, PlanRole> = new Map();
  #sizes: Readonly<Record<string, number>> = {};

  constructor(store: Store, keys: EpochKeys, nodes: readonly PlanNode[]) {
    this.#store = store;
    this.#keys = keys;
    this.plan(nodes);
  }

  /** Something looks outdated. */
  get isSuspicious(): boolean {
    return this.#suspects.size > 0;
  }

  /** An entry was told of. */
  change([, , kind, node = '', name = '']: Key, entry: Entry | undefined): void {
    if (entry === undefined) return;
    const id = `${node}.${name}`;
    if (kind === 'roles') this.#role(id, parse<RoleRecord>(entry));
    if (kind === 'values') {
      this.#revisions.set(id, entry.rev);
      for (const reader of this.#readers.get(id) ?? []) this.#suspect(reader);
    }
  }

  /** The plan is this now: groups may have grown. */
  plan(nodes: readonly PlanNode[]): void {
    this.#roles = new Map(nodes.flatMap(({ name, roles }) => roles.map((role) => [`${name}.${role.name}`, role])));
    this.#sizes = groupSizes(nodes);
    for (const id of this.#done.keys()) this.#suspect(id);
  }

  /** Look up what looks outdated. Throws store errors. */
  async look(): Promise<readonly Outdated[]> {
    const records = [...this.#suspects].flatMap((id) => this.#done.get(id) ?? []);
    this.#suspects.clear();
    if (records.length === 0) return [];
    const superseded = await readSuperseded(this.#store, this.#keys, records);
    return records.flatMap((record): Outdated[] => {
      const role = this.#roles.get(`${record.node}.${record.role}`);
      const outputs = role === undefined ? [] : outdatedBy({ superseded }, role, record, this.#sizes);
      if (outputs.length === 0) return [];
      this.#told.add(record);
      return [{ type: 'outdated', node: record.node, role: record.role, outputs }];
    });
  }

  #role(id: string, record: RoleRecord): void {
    if (record.state !== 'done') {
      this.#done.delete(id);
      return;
    }
    this.#done.set(id, record);
    for (const output of Object.keys(record.inputRevisions ?? {}))
      this.#readers.set(output, (this.#readers.get(output) ?? new Set()).add(id));
    this.#suspect(id);
  }

  #suspect(id: string): void {
    const record = this.#done.get(id);
    if (record === undefined || this.#told.has(record)) return;
    // An output of which nothing was told yet will be told of.
    const isOld = ([output, rev]: readonly [string, Rev]) =>
      this.#revisions.has(output) && this.#revisions.get(output) !== rev;
    const role = this.#roles.get(id);
    const isOutgrown = role !== undefined && outdatedBy({}, role, record, this.#sizes).length > 0;
    if (isOutgrown || Object.entries(record.inputRevisions ?? {}).some(isOld)) this.#suspects.add(id);
  }
}
