import { type Adapter, isAdapterInstalled, loadAdapter } from '@heddle/agent';
import type { Plan, Traits } from '@heddle/core';
import { adapters, adapterTraits } from '../adapters.ts';

/**
 * Give the traits of adapters that a deployment names: those that come with Heddle, and those of packages, which have to be loaded for it.
 *
 * @param directory  The folder of the deployment file, absolute.
 */
export async function traitsOf(names: readonly string[], directory: string): Promise<Traits> {
  const traits = new Map(adapterTraits);
  for (const name of names.filter((known) => !adapters.has(known))) {
    const own = (await installedAdapter(name, directory))?.traits;
    if (own !== undefined) traits.set(name, own);
  }
  return traits;
}

/**
 * Load an adapter; undefined when its package is not there: whoever runs or checks the role says so, a deployment can be looked at without it.
 *
 * @throws unknown-adapter when its own code throws, or when it speaks another version of the contract.
 */
export async function installedAdapter(name: string, directory: string): Promise<Adapter | undefined> {
  return isAdapterInstalled(name, adapters, directory) ? loadAdapter(name, adapters, directory) : undefined;
}

/** Add a warning to a plan for each adapter whose package is not there: what it would tell the compiler is missing. */
export function warnOfMissingAdapters(plan: Plan): Plan {
  const roles = plan.nodes.flatMap((node) => node.roles);
  const first = new Map(roles.toReversed().map((role) => [role.adapter, role]));
  const missing = [...first.values()].filter(({ adapter }) => !isAdapterInstalled(adapter, adapters, plan.directory));
  if (missing.length === 0) return plan;
  const warnings = missing.map(({ adapter, position }) => {
    const place = position === undefined ? '' : `${position.file}:${position.line}: `;
    return `${place}the adapter ${adapter} is not installed: the plan has nothing of what it would find or gather`;
  });
  return { ...plan, warnings: [...plan.warnings, ...warnings] };
}
