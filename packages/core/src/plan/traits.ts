import { memberName } from '../expressions/expression.ts';
import type { DeclaredNode } from './model.ts';
import { peerRoles } from './peer-roles.ts';
import type { Peer, PeerOutput, Plan, PlanNode, PlanOutput, PlanSlice } from './plan.ts';

/** Facts that the tool of an adapter gathers; see `Adapter.gatherFacts`. */
export interface FactsTrait {
  readonly outputs: readonly { readonly name: string; readonly path: readonly string[] }[];
  /** The options that the gathering needs, of the first role of the adapter on the node. @default none */
  readonly options?: readonly string[];
}

/** What the roles of one adapter do without a word in the deployment file. */
export interface AdapterTraits {
  /**
   * Outputs that the first role of this adapter on a node publishes whether or not it declares them; a declared output of the node
   * with the same name counts instead. @default none
   */
  readonly implicitOutputs?: readonly { readonly name: string; readonly path: readonly string[] }[];
  /**
   * Outputs that each node with a role of this adapter publishes at the start of its agent, beside whatever role runs first; a declared
   * output of the node with the same name counts instead. @default none
   */
  readonly facts?: FactsTrait;
  /**
   * True: its roles look up other nodes by name, so they may await any output of the deployment without an input. With an option: those
   * of its roles do that say `true` there, and as long as none does, the adapter has no traits at all. @default false
   */
  readonly readsPeers?: boolean | { readonly option: string };
  /** Options whose values all roles that read peers are told. @default none */
  readonly toldOptions?: readonly string[];
}

/** Traits by the adapter's name; an adapter that is not in it has none. */
export type Traits = ReadonlyMap<string, AdapterTraits>;

/** An output that nobody declares, without its place in a file. */
export type ImplicitOutput = Omit<PlanOutput, 'position'> & { readonly implicit: true };

/**
 * Add to the roles of one node the outputs that they have by the traits of their adapter.
 *
 * @param place  Gives such an output the place of its role.
 */
export function addImplicitOutputs<
  Output extends { readonly name: string },
  Role extends { readonly adapter: string; readonly outputs: readonly Output[] },
>(roles: readonly Role[], traits: Traits, place: (output: ImplicitOutput, role: Role) => Output): readonly Role[] {
  const taken = new Set(roles.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  return roles.map((role) => {
    const { implicitOutputs = [] } = traits.get(role.adapter) ?? {};
    const added = implicitOutputs
      .filter(({ name }) => !taken.has(name))
      .map(({ name, path }) => place({ name, path, sensitive: false, publish: 'settled', implicit: true }, role));
    for (const { name } of added) taken.add(name);
    return added.length === 0 ? role : { ...role, outputs: [...role.outputs, ...added] };
  });
}

/** The names of a node's outputs that the deployment file declares; the others need no mention in a message. */
export function declaredNames({ outputs }: DeclaredNode): readonly string[] {
  return [...outputs.values()].flatMap(({ output }) => (output.implicit === true ? [] : [output.name]));
}

/** A plan does not change; seeding a thousand nodes asks for its peers a thousand times. */
const known = new WeakMap<Plan, readonly Peer[]>();

/** Describe all nodes and groups of a plan, each by its declaration: the size does not grow with the members of a group. */
export function peersOf(plan: Plan): readonly Peer[] {
  const kept = known.get(plan);
  if (kept !== undefined) return kept;
  const members = membersByDeclaration(plan);
  const peers = plan.nodes
    .filter(({ index }) => index === 0)
    .map(({ name, group, roles }): Peer => {
      const outputs = roles.flatMap((role) =>
        role.outputs.map(({ name: output, path, sensitive, found }): [string, PeerOutput] => [
          output,
          { role: role.name, path, sensitive, ...(found === undefined ? {} : { found }) },
        ]),
      );
      const count = group === null ? null : (plan.groups[group] ?? null);
      const told = peerRoles(members.get(group ?? name) ?? []);
      return {
        name: group ?? name,
        count,
        outputs: Object.fromEntries(outputs),
        ...(told.length === 0 ? {} : { roles: told }),
      };
    });
  known.set(plan, peers);
  return peers;
}

function membersByDeclaration({ nodes }: Plan): ReadonlyMap<string, readonly PlanNode[]> {
  const members = new Map<string, PlanNode[]>();
  for (const node of nodes) {
    const declared = node.group ?? node.name;
    const known = members.get(declared);
    if (known === undefined) members.set(declared, [node]);
    else known.push(node);
  }
  return members;
}

/** Find the declaration that a node belongs to, among the peers of a slice. */
export function findPeer({ peers }: PlanSlice, node: string): Peer | undefined {
  const [, group, index] = /^(.*)-(0|[1-9]\d*)$/.exec(node) ?? [];
  return peers?.find(({ name, count }) => (count === null ? name === node : name === group && Number(index) < count));
}

/** The names of the nodes that a declaration stands for. */
export function peerMembers({ name, count }: Peer): readonly string[] {
  return count === null ? [name] : Array.from({ length: count }, (_, index) => memberName(name, index));
}
