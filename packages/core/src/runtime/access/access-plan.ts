import { createHash } from 'node:crypto';
import { memberName, type OutputRef } from '../../expressions/expression.ts';
import { references } from '../../expressions/references.ts';
import { formatPath } from '../../paths/attribute-path.ts';
import type { Plan, PlanNode } from '../../plan/plan.ts';
import type { AccessPlan, AccessRule } from '../../store/access.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Key } from '../../store/store.ts';

/** The set that every node of a deployment belongs to. */
const everybody = 'all';
/** The set of those who are to be nodes of a group: they see that there is an epoch, and take a place in it. */
const joining = 'joins';

/** The member of an access plan that a machine of a group is before it is one of the nodes. No node has such a name. */
export function joinerOf(group: string): string {
  return `joins.${group}`;
}

/**
 * Say who may do what in an epoch: a node writes its own values only, and reads those that its roles read.
 *
 * Records that hold no values are written and read by every node of the deployment, because any of them may have to judge the others; the
 * aggregate of a gather is written and read by those that gather it. Nodes that read the same are one set, however many they are, and all
 * members of a group belong to the same ones: a set keeps its name when its groups grow.
 *
 * @param joined  Groups whose machines fetch who they are from the store: until then they are one more member, see `joinerOf`, which may
 *   take a place and the credentials that are kept for its group. @default none
 */
export function accessPlan(
  plan: Pick<Plan, 'nodes' | 'groups'>,
  keys: EpochKeys,
  joined: readonly string[] = [],
): AccessPlan {
  const sets = new Sets(plan.nodes);
  const readers = collectReaders(plan);
  const control = (prefix: Key): AccessRule => ({ prefix, readers: [], writers: [everybody] });
  const given = (prefix: Key): AccessRule => ({ prefix, readers: [everybody], writers: [] });
  const also = joined.length === 0 ? [] : [joining];
  const values = plan.nodes.flatMap((node) =>
    node.roles.flatMap((role) =>
      role.outputs.map(({ name }): AccessRule => {
        // With the node itself where it is among them: without it, every value that all nodes exchange would have a set of its own.
        const names = [...(readers.values.get(`${node.name}.${name}`) ?? [])];
        const [own, read] = [sets.own(node), names.length === 0 ? undefined : sets.of(names)];
        return {
          prefix: keys.value(node.name, name),
          readers: read === undefined || read === own ? [] : [read],
          writers: [own],
        };
      }),
    ),
  );
  const gathers = [...readers.gathers.values()].map(
    ({ group, output, nodes }): AccessRule => ({
      prefix: keys.gather(group, output),
      readers: [],
      writers: [sets.of([...nodes])],
    }),
  );
  const rules = [
    { ...given(keys.open()), readers: [everybody, ...also] },
    { ...given(keys.plans()), readers: [everybody, ...also] },
    given(keys.abort()),
    given(keys.scale()),
    ...[keys.incarnations(), keys.members(), keys.roles(), keys.waits(), keys.verdicts(), keys.steward()].map(control),
    control(keys.retries()),
    { ...control(keys.places()), writers: [everybody, ...also] },
    ...values,
    ...gathers,
    ...joined.map((group) => ({ prefix: keys.credentialsOf(group), readers: [], writers: [joinerOf(group)] })),
  ];
  const joiners = joined.map((group) => [joinerOf(group), [joining, joinerOf(group)]] as const);
  return { scope: keys.root, members: new Map([...sets.members(), ...joiners]), rules };
}

/** Where the aggregates of all gathers of a plan are kept. */
export function gatherPrefixes(plan: Plan, keys: EpochKeys): readonly Key[] {
  return [...collectReaders(plan).gathers.values()].map(({ group, output }) =>
    keys.gatherOf(group, output, plan.groups[group] ?? 0),
  );
}

/** Sets of nodes, each made once and named by the nodes and groups that are in it. */
class Sets {
  readonly #memberships: Map<string, string[]>;
  readonly #made = new Set<string>();
  /** The group of each node, or itself. */
  readonly #declarations: ReadonlyMap<string, string>;
  readonly #nodes = new Map<string, string[]>();

  constructor(nodes: readonly PlanNode[]) {
    this.#memberships = new Map(nodes.map(({ name }) => [name, [everybody]]));
    this.#declarations = new Map(nodes.map(({ name, group }) => [name, group ?? name]));
    for (const { name, group } of nodes) {
      const known = this.#nodes.get(group ?? name);
      if (known === undefined) this.#nodes.set(group ?? name, [name]);
      else known.push(name);
    }
  }

  /** The name of the set of one node alone. */
  own({ name }: PlanNode): string {
    return this.#make(`node.${name}`, [name]);
  }

  /** The name of the set of these nodes, at least one, and all other members of their groups: they have the same roles. */
  of(names: readonly string[]): string {
    const declarations = [...new Set(names.map((name) => this.#declarations.get(name) ?? name))];
    if (declarations.length === this.#nodes.size) return everybody;
    const [first = ''] = declarations;
    if (declarations.length === 1) {
      const members = this.#nodes.get(first) ?? [];
      return members[0] === first ? this.#make(`node.${first}`, members) : this.#make(`group.${first}`, members);
    }
    const members = declarations.flatMap((declaration) => this.#nodes.get(declaration) ?? []);
    return this.#make(`readers.${digestOf(declarations)}`, members);
  }

  members(): ReadonlyMap<string, readonly string[]> {
    return this.#memberships;
  }

  #make(set: string, names: readonly string[]): string {
    if (this.#made.has(set)) return set;
    this.#made.add(set);
    for (const name of names) this.#memberships.get(name)?.push(set);
    return set;
  }
}

interface Gathered {
  readonly group: string;
  readonly output: string;
  readonly nodes: Set<string>;
}

interface Readers {
  /** `NODE.OUTPUT` to the nodes whose roles read it. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  readonly gathers: ReadonlyMap<string, Gathered>;
}

function collectReaders(plan: Pick<Plan, 'nodes' | 'groups'>): Readers {
  const values = new Map<string, Set<string>>();
  const gathers = new Map<string, Gathered>();
  const read = (reader: string, node: string, output: string): void => {
    const name = `${node}.${output}`;
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([reader]));
    else known.add(reader);
  };
  const open = openOutputs(plan);
  const shared = sharedSecrets(plan);
  for (const { name: reader, roles } of plan.nodes) {
    for (const need of roles.flatMap(({ inputs }) => inputs).flatMap((input) => references(input.expression))) {
      if (need.kind === 'output') {
        read(reader, need.node, need.output);
        continue;
      }
      const { group, output } = need;
      const gathered = gathers.get(`${group}.${output}`) ?? { group, output, nodes: new Set() };
      gathered.nodes.add(reader);
      gathers.set(`${group}.${output}`, gathered);
    }
    for (const { path } of roles.flatMap(({ sharedReads = [] }) => sharedReads))
      for (const { node, output } of shared.get(formatPath(path)) ?? []) read(reader, node, output);
    if (roles.some(({ readsPeers }) => readsPeers)) for (const { node, output } of open) read(reader, node, output);
  }
  // Whoever gathers may have to collect for all others that do.
  for (const { group, output, nodes } of gathers.values()) {
    for (let index = 0; index < (plan.groups[group] ?? 0); index += 1) {
      for (const reader of nodes) read(reader, memberName(group, index), output);
    }
  }
  return { values, gathers };
}

/** What a role that reads peers may await by name. */
function openOutputs(plan: Pick<Plan, 'nodes'>): readonly { readonly node: string; readonly output: string }[] {
  return plan.nodes.flatMap(({ name: node, roles }) =>
    roles.flatMap(({ outputs }) =>
      outputs.filter(({ sensitive }) => !sensitive).map(({ name: output }) => ({ node, output })),
    ),
  );
}

/** The sensitive outputs that were found in files, by their path. */
function sharedSecrets(plan: Pick<Plan, 'nodes'>): ReadonlyMap<string, readonly OutputRef[]> {
  const secrets = new Map<string, OutputRef[]>();
  for (const { name: node, roles } of plan.nodes) {
    const found = roles.flatMap(({ outputs }) => outputs.filter((output) => output.found && output.sensitive));
    for (const { name: output, path } of found) {
      const known = secrets.get(formatPath(path));
      if (known === undefined) secrets.set(formatPath(path), [{ node, output }]);
      else known.push({ node, output });
    }
  }
  return secrets;
}

const digestCharacters = 16;

function digestOf(names: readonly string[]): string {
  return createHash('sha256')
    .update([...names].sort().join('\n'))
    .digest('hex')
    .slice(0, digestCharacters);
}
