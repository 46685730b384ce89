import { HeddleError, memberName, type Plan, type PlanNode, suggest } from '@heddle/core';

/** The nodes of a plan whose groups have grown: what a flag may name. */
export interface SizedPlan {
  readonly plan: Plan;
  /** Members by group, where a group has grown. */
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Look up a node that a flag names, `db`, `web-3` or `web[3]`.
 *
 * @returns Its name, and the node of the plan that has the same roles.
 * @throws usage for a group; not-found for a node that the deployment does not have.
 */
export function findNode({ plan, sizes }: SizedPlan, flag: string, text: string): { name: string; alike: PlanNode } {
  const [, group, index] = /^([a-z][a-z0-9-]*)\[(\d+)\]$/.exec(text) ?? [];
  const name = group === undefined || index === undefined ? text : memberName(group, Number(index));
  for (const node of plan.nodes) {
    if (node.name === name) return { name, alike: node };
    const size = node.group === null ? 0 : (sizes.get(node.group) ?? 0);
    const place = node.group !== null && name.startsWith(`${node.group}-`) ? name.slice(node.group.length + 1) : '';
    if (/^(0|[1-9]\d*)$/.test(place) && Number(place) < size) return { name, alike: node };
  }
  const count = sizes.get(name) ?? (Object.hasOwn(plan.groups, name) ? plan.groups[name] : undefined);
  if (count !== undefined)
    throw new HeddleError('usage', `${flag} ${text}: ${name} is a group of ${count}; write ${name}[0] for one member`);
  const known = plan.nodes.map((node) => node.name);
  throw new HeddleError(
    'not-found',
    `${flag}: deployment ${plan.deployment} has no node ${name}${suggest(name, known, 'it has')}`,
  );
}
