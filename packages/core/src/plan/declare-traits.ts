import type { DocumentPath } from '../expressions/report.ts';
import { isMap, type Json } from '../values/json.ts';
import type { Source } from './source.ts';
import type { Traits } from './traits.ts';
import { type RoleOptions, traitsInUse } from './traits-in-use.ts';

/**
 * Find which adapters have their traits in a document, before anything else of its roles is read.
 *
 * Reports an option that turns a trait on and holds something else than true or false: the plan depends on it, so it cannot depend on the plan.
 */
export function declareTraits(source: Source, traits: Traits): Traits {
  const roles = rolesWithTraits(source, traits);
  for (const { adapter, options, at } of roles) {
    const trait = traits.get(adapter)?.readsPeers;
    if (typeof trait !== 'object' || !isMap(options)) continue;
    const { option } = trait;
    const value = options[option];
    if (value !== undefined && typeof value !== 'boolean')
      source.problems.report([...at, option], `"${option}" must be true or false`);
  }
  return traitsInUse(traits, roles);
}

function rolesWithTraits({ data }: Source, traits: Traits): readonly (RoleOptions & { readonly at: DocumentPath })[] {
  return Object.entries(isMap(data.nodes) ? data.nodes : {}).flatMap(([name, node]) => {
    const roles: readonly Json[] = isMap(node) && Array.isArray(node.roles) ? node.roles : [];
    return roles.flatMap((role, index) =>
      [...traits.keys()].flatMap((adapter) => {
        const options = isMap(role) ? role[adapter] : undefined;
        return options === undefined ? [] : [{ adapter, options, at: ['nodes', name, 'roles', index, adapter] }];
      }),
    );
  });
}
