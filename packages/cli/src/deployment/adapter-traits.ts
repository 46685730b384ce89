import { type Adapter, loadAdapter } from '@heddle/agent';
import { type Traits, toHeddleError } from '@heddle/core';
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

/** Load an adapter; undefined when its package is not there: whoever runs or checks the role says so, a deployment can be looked at without it. */
export async function installedAdapter(name: string, directory: string): Promise<Adapter | undefined> {
  try {
    return await loadAdapter(name, adapters, directory);
  } catch (thrown) {
    if (toHeddleError(thrown).code === 'unknown-adapter') return undefined;
    throw thrown;
  }
}
