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

/** The roles of a plan as the vertices of a graph. */
export interface RoleOrder {
  /** `NODE.ROLE` of the first vertices; the others stand for the members of a group. */
  readonly roles: readonly string[];
  /** Number of vertices. */
  readonly size: number;
  readonly edges: readonly RoleOrderEdge[];
}

export interface RoleOrderEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: LinkKind;
  /** With `input`; absent on the way from the members of a group to whoever gathers. */
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

  /**
   * Number the roles from 0 in plan order, and list for each who comes before it. Further vertices stand between all members of a group and
   * whoever gathers from them, so that the edges are as many as the inputs.
   */
  order(): RoleOrder {
    const indexes = new Map(this.#roles.map((role, index) => [role, index]));
    const edges: RoleOrderEdge[] = [];
    const groups = new Map<string, number>();
    let size = this.#roles.length;
    for (const { kind, source, to, output } of this.#bundles) {
      const target = indexes.get(to);
      if (target === undefined) continue;
      const name = 'group' in source ? `${source.group}.${source.role}` : `${source.node}.${source.role}`;
      const known = 'group' in source ? groups.get(name) : indexes.get(name);
      if (known === undefined && 'node' in source) continue;
      const from = known ?? size++;
      if (known === undefined) {
        groups.set(name, from);
        for (const member of membersOf(source)) {
          const index = indexes.get(member);
          if (index !== undefined) edges.push({ from: index, to: from, kind: 'input' });
        }
      }
      edges.push({ from, to: target, kind, ...(output === undefined ? {} : { output }) });
    }
    return { roles: this.#roles, size, edges };
  }

  #findCycles(): ReadonlyMap<string, number> {
    const { size, edges } = this.order();
    const graph = Array.from({ length: size }, (): number[] => []);
    for (const { from, to } of edges) graph[from]?.push(to);
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
