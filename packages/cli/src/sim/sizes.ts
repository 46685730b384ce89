import { HeddleError, type Plan, suggest } from '@heddle/core';

/**
 * Choose the members of each group: as `--count` says, or so that there are `--nodes` nodes in all, the groups growing in proportion.
 *
 * @returns Members by group, for the groups that grow.
 * @throws usage when there is no group to grow, or fewer members are asked for than the plan has; not-found for an unknown group.
 */
export function chooseSizes(
  plan: Plan,
  nodes: number | undefined,
  counts: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  if (nodes !== undefined && Object.keys(counts).length > 0)
    throw new HeddleError('usage', '--nodes and --count both say how many members groups have: give one of them');
  return nodes === undefined ? countedSizes(plan, counts) : shares(plan, nodes);
}

function countedSizes(plan: Plan, counts: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  for (const [group, count] of Object.entries(counts)) {
    const now = Object.hasOwn(plan.groups, group) ? plan.groups[group] : undefined;
    if (now === undefined)
      throw new HeddleError(
        'not-found',
        `--count: deployment ${plan.deployment} has no group ${group}${suggest(group, Object.keys(plan.groups), 'it has')}`,
      );
    if (count < now) throw tooFew(`--count ${group}=${count}: the group has ${now} members in the file`);
  }
  return new Map(Object.entries(counts));
}

function shares(plan: Plan, nodes: number): ReadonlyMap<string, number> {
  const groups = Object.entries(plan.groups);
  const now = plan.nodes.length;
  if (nodes < now) throw tooFew(`--nodes ${nodes}: the deployment has ${now} nodes in the file`);
  if (nodes === now) return new Map();
  const members = groups.reduce((sum, [, count]) => sum + count, 0);
  if (members === 0)
    throw new HeddleError('usage', `--nodes ${nodes}: deployment ${plan.deployment} has no group that could grow`, {
      next: ['a node with "count: 3" is a group of three'],
    });
  const wanted = nodes - (now - members);
  const sizes = new Map(groups.map(([group, count]) => [group, Math.floor((count * wanted) / members)]));
  // What rounding left goes to the groups in the order of the file.
  let left = wanted - [...sizes.values()].reduce((sum, size) => sum + size, 0);
  for (const [group, size] of sizes) {
    if (left === 0) break;
    sizes.set(group, size + 1);
    left -= 1;
  }
  return sizes;
}

function tooFew(message: string): HeddleError {
  return new HeddleError('usage', `${message}, and a simulation only adds some`, {
    next: ['write a smaller count into a copy of the file'],
  });
}
