import { type Expression, memberName, type Plan, type PlanNode, type PlanRole, type RoleRef } from '@heddle/core';

/**
 * Give groups more members, alike to those that they have; who gathers from a group, or runs after all of it, does so of the new ones too.
 *
 * @param sizes  Members by group, never fewer than it has; a group that is not named stays as it is.
 */
export function growPlan(plan: Plan, sizes: ReadonlyMap<string, number>): Plan {
  const grown = new Grown(plan, sizes);
  const nodes = plan.nodes.flatMap((node) => {
    const isLast = node.group !== null && node.index === (plan.groups[node.group] ?? 0) - 1;
    return isLast ? [grown.node(node), ...grown.added(node)] : [grown.node(node)];
  });
  return { ...plan, nodes, groups: { ...plan.groups, ...Object.fromEntries(sizes) } };
}

class Grown {
  readonly #plan: Plan;
  readonly #sizes: ReadonlyMap<string, number>;
  /** All members of a group share one list, before and after. */
  readonly #after = new Map<readonly RoleRef[], readonly RoleRef[]>();

  constructor(plan: Plan, sizes: ReadonlyMap<string, number>) {
    this.#plan = plan;
    this.#sizes = sizes;
  }

  node(node: PlanNode): PlanNode {
    return { ...node, roles: node.roles.map((role) => this.#role(role)) };
  }

  /** The members that come after the last one. */
  added({ name: last, group, index, roles }: PlanNode): readonly PlanNode[] {
    const size = group === null ? 0 : (this.#sizes.get(group) ?? 0);
    // What the last one reads of itself, because the file names it, the others read of it.
    const alike = roles.map((role) => this.#role(role, last));
    return Array.from({ length: Math.max(0, size - index - 1) }, (_, place) => ({
      name: memberName(group ?? '', index + 1 + place),
      group,
      index: index + 1 + place,
      roles: alike,
    }));
  }

  #role(role: PlanRole, model?: string): PlanRole {
    const leaf = (expression: Expression) => this.#leaf(expression, model);
    return {
      ...role,
      inputs: role.inputs.map((input) => ({ ...input, expression: mapLeaves(input.expression, leaf) })),
      after: this.#afterOf(role.after),
    };
  }

  #leaf(expression: Expression, model: string | undefined): Expression {
    if (expression.kind === 'local' && model !== undefined) return { ...expression, kind: 'reference', node: model };
    if (expression.kind !== 'gather') return expression;
    return { ...expression, count: this.#sizes.get(expression.group) ?? expression.count };
  }

  #afterOf(after: readonly RoleRef[]): readonly RoleRef[] {
    const known = this.#after.get(after);
    if (known !== undefined) return known;
    const listed = new Set(after.map(({ node, role }) => `${node}.${role}`));
    const more = after.flatMap(({ node, role }) => {
      const [, group = '', index] = /^(.*)-(\d+)$/.exec(node) ?? [];
      const count = this.#plan.groups[group] ?? 0;
      // Whoever runs after the last member of a group and all others runs after the group.
      if (Number(index) !== count - 1) return [];
      const members = Array.from({ length: count }, (_, member) => `${memberName(group, member)}.${role}`);
      if (!members.every((name) => listed.has(name))) return [];
      const size = this.#sizes.get(group) ?? count;
      return Array.from({ length: size - count }, (_, place) => ({ node: memberName(group, count + place), role }));
    });
    const all = [...after, ...more];
    this.#after.set(after, all);
    return all;
  }
}

/** Replace what holds no other expression. */
function mapLeaves(expression: Expression, replace: (leaf: Expression) => Expression): Expression {
  const inner = (part: Expression) => mapLeaves(part, replace);
  switch (expression.kind) {
    case 'text':
      return { ...expression, parts: expression.parts.map(inner) };
    case 'list':
      return { ...expression, items: expression.items.map(inner) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, inner(value)] as const) };
    case 'call':
      return { ...expression, argument: inner(expression.argument) };
    case 'choice':
      return { ...expression, cases: expression.cases.map(([value, item]) => [value, inner(item)] as const) };
    default:
      return replace(expression);
  }
}
