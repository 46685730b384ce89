import { evaluate, type Plan } from '@heddle/core';
import { chefCheck } from '../views/chef-check.ts';
import type { Check } from '../views/doctor.ts';
import { tellChef } from './find-programs.ts';

/**
 * Look at each chef-solo that roles of the deployment run with: the one that is found, and those that roles name as their `program`.
 *
 * @param plan  Undefined when there is no deployment file that is valid.
 * @param directory  The folder of the deployment file, absolute.
 */
export async function chefChecks(plan: Plan | undefined, directory: string): Promise<readonly Check[]> {
  const users = new Map<string | undefined, string[]>([[undefined, []]]);
  for (const node of plan?.nodes ?? []) {
    for (const role of node.roles.filter(({ adapter }) => adapter === 'chef')) {
      const { program } = evaluate(role.options, { directory }) as { program?: string };
      users.set(program, [...(users.get(program) ?? []), `${node.name}.${role.name}`]);
    }
  }
  return Promise.all(
    [...users].map(async ([program, roles]) => {
      const name = program === undefined ? 'chef-solo' : `chef-solo: ${program}`;
      return chefCheck(name, await tellChef(program, directory), plan === undefined ? undefined : roles);
    }),
  );
}
