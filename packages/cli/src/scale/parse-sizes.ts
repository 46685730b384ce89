import { didYouMean, HeddleError, maxGroupSize, type Plan } from '@heddle/core';

/**
 * Read `GROUP=COUNT ...`.
 *
 * @throws usage, also for a name that is no group of the plan.
 */
export function parseSizes(words: readonly string[], plan: Plan): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const word of words) {
    const [, group = '', digits = ''] = /^([a-z][a-z0-9-]*)=(\d+)$/.exec(word) ?? [];
    const count = Number(digits);
    if (group === '' || count < 1 || count > maxGroupSize) {
      throw new HeddleError('usage', `"${word}" is not GROUP=COUNT, with a count from 1 to ${maxGroupSize}`, {
        next: [`heddle scale ${Object.entries(plan.groups)[0]?.join('=') ?? 'web=5'}`],
      });
    }
    if (Object.hasOwn(sizes, group)) throw new HeddleError('usage', `the group ${group} stands here twice`);
    checkGroup(group, plan);
    sizes[group] = count;
  }
  return sizes;
}

function checkGroup(name: string, { groups, nodes, deployment }: Plan): void {
  if (Object.hasOwn(groups, name)) return;
  const node = nodes.find((each) => each.name === name);
  if (node !== undefined && node.group === null) {
    throw new HeddleError(
      'usage',
      `${name} is a single node of deployment ${deployment}, which cannot become a group`,
      {
        next: [`write count: N for ${name} into the deployment file, then heddle up  starts a new epoch`],
      },
    );
  }
  const names = Object.keys(groups);
  const guess = didYouMean(name, names);
  const hint = guess === undefined ? `; there are ${names.join(', ') || 'no groups'}` : `; did you mean "${guess}"?`;
  throw new HeddleError('usage', `deployment ${deployment} has no group ${name}${hint}`);
}
