import { memberName } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { cyclicComponents } from '../plan/graph.ts';
import type { PlanNode, PlanRole } from '../plan/plan.ts';

/** Why a role comes before another one: it writes what that one reads, `after`, or the order of roles on a node. */
export type LinkKind = 'input' | 'after' | 'order';

/** One role comes before another; roles are named `NODE.ROLE`. */
export interface RoleLink {
  readonly kind: LinkKind;
  readonly from: string;
  readonly to: string;
  /** With `input`. */
  readonly output?: string;
}

/** Roles that a link leads from: one, or the same of all members of a group. */
type Source =
  | { readonly node: string; readonly role: string }
  | { readonly group: string; readonly count: number; readonly role: string };

interface Bundle {
  readonly kind: LinkKind;
  readonly source: Source;
  readonly to: string;
  readonly output?: string;
}

/** The links of a plan. A gather is kept as one bundle, so that an exchange in a group of a thousand is a thousand of them, not a million. */
export class PlanLinks {
  readonly #bundles: readonly Bundle[];
  readonly #components: ReadonlyMap<string, number>;
  readonly #roles: readonly string[];

  constructor(nodes: readonly PlanNode[]) {
    this.#roles = nodes.flatMap(({ name, roles }) => roles.map((role) => `${name}.${role.name}`));
    this.#bundles = nodes.flatMap((node) => node.roles.flatMap((role, place) => bundlesOf(nodes, node, role, place)));
    this.#components = this.#findCycles();
  }

  /**
   * List the links, each group of sources unfolded unless it is named.
   *
   * @param nameOf  What a role is called in the list: the same name for all members of a group folds them.
   */
  list(nameOf: (role: string) => string): readonly RoleLink[] {
    const links = new Map<string, RoleLink>();
    for (const { kind, source, to, output } of this.#bundles) {
      // A member that gathers from its group has its own value at hand.
      const others = membersOf(source).filter((from) => from !== to);
      for (const from of new Set(others.map(nameOf))) {
        const link = { kind, from, to: nameOf(to), ...(output === undefined ? {} : { output }) };
        links.set(`${kind} ${link.from} ${link.to} ${output ?? ''}`, link);
      }
    }
    return [...links.values()];
  }

  /** The cycles, each as the roles that are on it. */
  cycles(): readonly (readonly string[])[] {
    const cycles = new Map<number, string[]>();
    for (const role of this.#roles) {
      const component = this.#components.get(role);
      if (component !== undefined) cycles.set(component, [...(cycles.get(component) ?? []), role]);
    }
    return [...cycles.values()];
  }

  #findCycles(): ReadonlyMap<string, number> {
    const indexes = new Map(this.#roles.map((role, index) => [role, index]));
    const graph: number[][] = this.#roles.map(() => []);
    const groups = new Map<string, number>();
    for (const { source, to } of this.#bundles) {
      const target = indexes.get(to);
      if (target === undefined) continue;
      for (const from of 'group' in source
        ? [groupVertex(graph, groups, indexes, source)]
        : [indexes.get(`${source.node}.${source.role}`)])
        if (from !== undefined) graph[from]?.push(target);
    }
    const components = cyclicComponents(graph);
    return new Map(
      components.flatMap((component, number) =>
        component.flatMap((vertex) => {
          const role = this.#roles[vertex];
          return role === undefined ? [] : [[role, number] as const];
        }),
      ),
    );
  }
}

/** A vertex that stands between all members of a group and whoever gathers from them. */
function groupVertex(
  graph: number[][],
  groups: Map<string, number>,
  indexes: ReadonlyMap<string, number>,
  source: Extract<Source, { group: string }>,
): number {
  const name = `${source.group}.${source.role}`;
  const known = groups.get(name);
  if (known !== undefined) return known;
  const vertex = graph.push([]) - 1;
  groups.set(name, vertex);
  for (const member of membersOf(source)) graph[indexes.get(member) ?? -1]?.push(vertex);
  return vertex;
}

function membersOf(source: Source): readonly string[] {
  if ('node' in source) return [`${source.node}.${source.role}`];
  return Array.from({ length: source.count }, (_, index) => `${memberName(source.group, index)}.${source.role}`);
}

function bundlesOf(nodes: readonly PlanNode[], node: PlanNode, role: PlanRole, place: number): readonly Bundle[] {
  const to = `${node.name}.${role.name}`;
  const previous = node.roles[place - 1];
  const order: Bundle[] =
    previous === undefined || previous.atStart === true
      ? []
      : [{ kind: 'order', source: { node: node.name, role: previous.name }, to }];
  const inputs = role.inputs.flatMap((input) =>
    references(input.expression).flatMap((need): Bundle[] => {
      const first = need.kind === 'gather' ? memberName(need.group, 0) : need.node;
      const producer = producerOf(nodes, first, need.output);
      if (producer === undefined) return [];
      const source =
        need.kind === 'gather'
          ? { group: need.group, count: need.count, role: producer }
          : { node: need.node, role: producer };
      return [{ kind: 'input', source, to, output: need.output }];
    }),
  );
  return [...order, ...inputs, ...role.after.map((ref): Bundle => ({ kind: 'after', source: ref, to }))];
}

const indexes = new WeakMap<readonly PlanNode[], ReadonlyMap<string, PlanNode>>();

function producerOf(nodes: readonly PlanNode[], node: string, output: string): string | undefined {
  let index = indexes.get(nodes);
  if (index === undefined) {
    index = new Map(nodes.map((each) => [each.name, each]));
    indexes.set(nodes, index);
  }
  return index.get(node)?.roles.find(({ outputs }) => outputs.some(({ name }) => name === output))?.name;
}
