import {
  cyclicComponents,
  type Graph,
  joinWords,
  memberName,
  type Need,
  type PlanNode,
  type PlanRole,
  references,
} from '@heddle/core';
import type { TemplateSource } from '../read/source.ts';

/** How many roles of a cycle a message names. */
const mostNamed = 8;

/**
 * Look for roles that wait for one another.
 *
 * By `after` and the order on a server alone they could never start: E_CYCLE. With inputs among them they can, if each
 * writes before it reads: a warning.
 * @returns The warnings.
 */
export function checkRoleOrder(nodes: readonly PlanNode[], source: TemplateSource): readonly string[] {
  const order = new RoleOrder(nodes);
  for (const component of cyclicComponents(order.strict)) {
    const text = `E_CYCLE: ${order.words(component)} wait for one another by "after" and by the order of roles: none of them could ever start`;
    source.problems.reportAt({ line: order.lineOf(component), column: 1 }, [], text);
  }
  return cyclicComponents(order.all)
    .filter((component) => order.runsIn(component).length > 1)
    .map(
      (component) =>
        `${source.file}:${order.lineOf(component)}: W_ROLE_CYCLE: ${order.words(component)} read values of one another: this ends well if each writes what the others need before it reads`,
    );
}

interface Run {
  readonly node: PlanNode;
  readonly role: PlanRole;
}

/** Who waits for whom: a vertex is a run of a role, or stands for those of all members of a group. */
class RoleOrder {
  /** `after`, and the order of roles on a node. */
  readonly strict: Graph;
  /** Inputs that wait, too. */
  readonly all: Graph;
  readonly #runs: readonly Run[];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #producers: ReadonlyMap<string, string>;
  /** By group and role the vertex for all its members: so an exchange of all with all costs edges by the member, not by the pair. */
  readonly #groups = new Map<string, number>();
  readonly #groupTargets: number[][] = [];

  constructor(nodes: readonly PlanNode[]) {
    this.#runs = nodes.flatMap((node) => node.roles.map((role) => ({ node, role })));
    this.#indexes = new Map(this.#runs.map(({ node, role }, index) => [`${node.name}.${role.name}`, index]));
    this.#producers = new Map(
      this.#runs.flatMap(({ node, role }) =>
        role.outputs.map(({ name }) => [`${node.name}.${name}`, role.name] as const),
      ),
    );
    const strict = this.#runs.map(({ node, role }) => {
      const previous = node.roles[node.roles.indexOf(role) - 1];
      const before = previous === undefined ? [] : this.#indexOf(node.name, previous.name);
      return [...before, ...role.after.flatMap((ref) => this.#indexOf(ref.node, ref.role))];
    });
    const reads = this.#runs.map(({ role }) =>
      role.inputs
        .filter(({ missing }) => missing !== 'fail')
        .flatMap(({ expression }) => references(expression))
        .flatMap((need) => this.#targets(need)),
    );
    const none = this.#groupTargets.map((): number[] => []);
    this.strict = [...strict, ...none];
    this.all = [...strict.map((targets, index) => [...targets, ...(reads[index] ?? [])]), ...this.#groupTargets];
  }

  runsIn(component: readonly number[]): readonly Run[] {
    return component.flatMap((vertex) => this.#runs[vertex] ?? []);
  }

  lineOf(component: readonly number[]): number {
    return this.runsIn(component)[0]?.role.position?.line ?? 1;
  }

  /** Name the roles as the template has them. */
  words(component: readonly number[]): string {
    const all = [...new Set(this.runsIn(component).map(({ node, role }) => `${node.group ?? node.name}.${role.name}`))];
    const [only = ''] = all;
    if (all.length === 1) return `the members of ${only}`;
    return joinWords(all.length > mostNamed ? [...all.slice(0, mostNamed), `${all.length - mostNamed} more`] : all);
  }

  #targets(need: Need): readonly number[] {
    if (need.kind === 'output') {
      return this.#indexOf(need.node, this.#producers.get(`${need.node}.${need.output}`) ?? '');
    }
    const role = this.#producers.get(`${memberName(need.group, 0)}.${need.output}`);
    if (role === undefined) return [];
    const key = `${need.group}.${role}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return [known];
    const vertex = this.#runs.length + this.#groupTargets.length;
    this.#groups.set(key, vertex);
    const members = Array.from({ length: need.count }, (_, index) => memberName(need.group, index));
    this.#groupTargets.push(members.flatMap((member) => this.#indexOf(member, role)));
    return [vertex];
  }

  #indexOf(node: string, role: string): readonly number[] {
    const index = this.#indexes.get(`${node}.${role}`);
    return index === undefined ? [] : [index];
  }
}
