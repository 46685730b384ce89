import { knownPart } from '../expressions/known-part.ts';
import { references } from '../expressions/references.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { isMap, type Json } from '../values/json.ts';
import type { DeclaredOutput, DeclaredRole } from './model.ts';
import type { PlanNode, PlanOutput, PlanRole } from './plan.ts';
import type { FactsTrait, Traits } from './traits.ts';

/** What every node knows of its machine, whatever its roles are: outputs that need no declaration. */
export const factWords = ['ip', 'hostname', 'fqdn', 'ssh_host_keys', 'memory_mb', 'cpus'] as const;
/** The role that publishes them, at the start of the node's agent. */
export const factsRole = 'machine_facts';
/** The built-in adapter of that role. */
export const factsAdapter = 'machine';

/** The roles of a node that run one after the other. */
export function inOrder(roles: readonly PlanRole[]): readonly PlanRole[] {
  return roles.filter(({ atStart }) => atStart !== true);
}

/** The name of the role that publishes the facts which the tool of an adapter gathers; the adapter may be a package, `@acme/heddle-x`. */
export function factsRoleOf(adapter: string): string {
  return `${adapter.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+/, '')}_facts`;
}

/** What a node tells without a declaration: a role of Heddle's own, and its outputs. */
export interface ToldOutputs {
  readonly adapter: string;
  readonly name: string;
  readonly outputs: readonly Pick<PlanOutput, 'name' | 'path'>[];
}

/** List what a node with roles of these adapters tells beside their outputs. */
export function toldOutputs(roles: readonly { readonly adapter: string }[], traits: Traits): readonly ToldOutputs[] {
  const words = factWords.map((name) => ({ name, path: [name] }));
  return [{ adapter: factsAdapter, name: factsRole, outputs: words }, ...traitsOf(roles, traits)];
}

/** List the outputs that a node has beside those of its declared roles, each with the role that stands for whoever publishes it. */
export function startOutputs(
  roles: readonly DeclaredRole[],
  traits: Traits,
  at: DocumentPath,
): readonly { readonly output: DeclaredOutput; readonly role: DeclaredRole }[] {
  return toldOutputs(roles, traits).flatMap(({ adapter, name, outputs }) => {
    const role: DeclaredRole = {
      ...emptyRole(adapter, name),
      index: -1,
      options: { kind: 'constant', value: {} },
      inputs: [],
      outputs: [],
      after: [],
      readsPeers: false,
      at,
    };
    return outputs.map((output) => ({ role, output: { ...implicitOutput(output), at } }));
  });
}

/**
 * Put before the roles of each node those that its agent runs at its start: one that publishes the words of `factWords` that somebody
 * reads, and one for each adapter whose tool gathers facts that somebody can read. An output that the node declares counts instead.
 *
 * Where a role reads peers, it can read the facts of every other node, and any word of a node that has none of its own tool's facts.
 *
 * @param shown  Outputs that somebody besides the roles reads. @default none
 */
export function addStartRoles(
  nodes: readonly PlanNode[],
  traits: Traits,
  shown: readonly { readonly node: string; readonly output: string }[] = [],
): readonly PlanNode[] {
  const read = outputsRead(nodes, shown);
  const searching = nodes.flatMap((node) =>
    node.roles.flatMap(({ adapter, readsPeers }) => (readsPeers ? [{ of: declarationOf(node), adapter }] : [])),
  );
  const adapters = new Set(searching.map(({ adapter }) => adapter));
  const searchers = new Set(searching.map(({ of }) => of));
  const known = new Map<string, readonly PlanRole[]>();
  return nodes.map((node) => {
    const declared = declarationOf(node);
    // A group may get another member.
    const others = searchers.size - (node.group === null && searchers.has(declared) ? 1 : 0);
    const readers = { read: read.get(declared) ?? new Set<string>(), adapters, isLookedUp: others > 0 };
    const added = known.get(declared) ?? startRoles(node, readers, traits);
    known.set(declared, added);
    return added.length === 0 ? node : { ...node, roles: [...added, ...node.roles] };
  });
}

/** Who can read what a node tells. */
interface Readers {
  /** The outputs that inputs read of it. */
  readonly read: ReadonlySet<string>;
  /** Adapters of which a role reads peers, on whatever node. */
  readonly adapters: ReadonlySet<string>;
  /** True when a role of another node reads peers, or may once a group has grown. */
  readonly isLookedUp: boolean;
}

function startRoles({ roles }: PlanNode, { read, adapters, isLookedUp }: Readers, traits: Traits): readonly PlanRole[] {
  const taken = new Set(roles.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const isForeign = [...adapters].some((adapter) => roles.every((role) => role.adapter !== adapter));
  const words = factWords.filter((word) => !taken.has(word) && (isForeign || read.has(word)));
  const gathered = traitsOf(roles, traits).map(({ adapter, name, outputs, options }) => ({
    adapter,
    name,
    outputs: outputs.filter(({ name: output }) => !taken.has(output) && (isLookedUp || read.has(output))),
    options: optionsOf(roles, adapter, options),
  }));
  const machine = {
    adapter: factsAdapter,
    name: factsRole,
    outputs: words.map((name) => ({ name, path: [name] })),
    options: {},
  };
  const { position } = roles[0] ?? {};
  return [machine, ...gathered].flatMap(({ adapter, name, outputs, options }): readonly PlanRole[] => {
    if (outputs.length === 0) return [];
    const own = position === undefined ? {} : { position };
    return [
      {
        ...emptyRole(adapter, name),
        options: { kind: 'constant', value: options },
        inputs: [],
        outputs: outputs.map((output) => ({ ...implicitOutput(output), ...own })),
        after: [],
        atStart: true,
        ...own,
      },
    ];
  });
}

/** A node is declared by itself or with its group. */
function declarationOf({ name, group }: PlanNode): string {
  return group ?? name;
}

/** The outputs that inputs read, by the node or group that they are read of. */
function outputsRead(
  nodes: readonly PlanNode[],
  shown: readonly { readonly node: string; readonly output: string }[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const declarations = new Map(nodes.map((node) => [node.name, declarationOf(node)]));
  const read = new Map<string, Set<string>>();
  const add = (of: string, output: string) => read.set(of, (read.get(of) ?? new Set()).add(output));
  for (const { expression } of nodes.flatMap(({ roles }) => roles.flatMap(({ inputs }) => inputs))) {
    for (const need of references(expression))
      add(need.kind === 'gather' ? need.group : (declarations.get(need.node) ?? need.node), need.output);
  }
  for (const { node, output } of shown) add(declarations.get(node) ?? node, output);
  return read;
}

interface GatheredFacts extends FactsTrait {
  readonly adapter: string;
  readonly name: string;
}

function traitsOf(roles: readonly { readonly adapter: string }[], traits: Traits): readonly GatheredFacts[] {
  return [...traits].flatMap(([adapter, { facts }]) =>
    facts === undefined || !roles.some((role) => role.adapter === adapter)
      ? []
      : [{ adapter, name: factsRoleOf(adapter), ...facts }],
  );
}

/** What the first role of the adapter says in these options. */
function optionsOf(roles: readonly PlanRole[], adapter: string, names: readonly string[] = []): Json {
  const options = roles.find((role) => role.adapter === adapter)?.options;
  const known = options === undefined ? undefined : knownPart(options);
  return Object.fromEntries(Object.entries(isMap(known) ? known : {}).filter(([name]) => names.includes(name)));
}

function emptyRole(adapter: string, name: string) {
  return { name, adapter, deadlineMs: 1, concurrent: false } as const;
}

function implicitOutput({ name, path }: Pick<PlanOutput, 'name' | 'path'>) {
  return { name, path, sensitive: false, publish: 'settled', implicit: true } as const;
}
