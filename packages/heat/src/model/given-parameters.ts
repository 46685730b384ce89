import { HeddleError, suggest } from '@heddle/core';
import type { GivenParameters } from './group-size.ts';
import type { Server } from './role.ts';
import type { Template } from './template.ts';

/**
 * Refuse values of parameters that decide nothing while the template is compiled: Heat would never learn of them.
 *
 * @param isPreview  Conditions are looked at, too, and nothing is given to Heat. @default false
 * @throws usage
 */
export function checkGivenParameters(
  given: GivenParameters,
  template: Template,
  servers: ReadonlyMap<string, Server>,
  isPreview = false,
): void {
  const used = new Set([...servers.values()].flatMap(({ group }) => group?.parameter ?? []));
  for (const name of Object.keys(given)) {
    if (used.has(name)) continue;
    if (!template.parameters.has(name)) {
      const hint = suggest(name, [...template.parameters.keys()], 'there are');
      throw new HeddleError('usage', `the template has no parameter "${name}"${hint}`);
    }
    if (isPreview) continue;
    throw new HeddleError(
      'usage',
      `--parameter takes what gives the count of a group with roles; "${name}" is for Heat`,
      {
        next: [`openstack stack create --parameter ${name}=VALUE`],
      },
    );
  }
}

/** Warn of groups that have no members by the value of a parameter. */
export function countWarnings({ source }: Template, servers: ReadonlyMap<string, Server>): readonly string[] {
  return [...servers.values()].flatMap(({ resource, group, at }) => {
    if (group?.count !== 0) return [];
    const text = `"${resource}" has no members by the parameter "${group.parameter}", so nobody runs its roles`;
    return [source.warning(at, 'W_COUNT0', text)];
  });
}
