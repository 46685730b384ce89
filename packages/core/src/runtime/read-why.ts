import { toHeddleError } from '../errors/heddle-error.ts';
import { inParallel } from '../store/in-parallel.ts';
import { epochKeys } from '../store/keys.ts';
import type { Store } from '../store/store.ts';
import { namedOutputs, type WhyState } from '../views/holdups.ts';
import { readState } from './state-follower.ts';
import { storedValue } from './wait/output-waiter.ts';

/**
 * Read the state of a deployment once, with which of the awaited outputs are there.
 *
 * Values are looked up after the roles: the end record of a role is its last write, so what is absent then never comes.
 * Of an output that this connection may not see, the record of the wait is believed.
 * @throws not-found and store errors.
 */
export async function readWhyState(store: Store, deployment: string, epoch?: string): Promise<WhyState> {
  const state = await readState(store, deployment, epoch);
  const present = new Set<string>();
  await inParallel(namedOutputs(state), async (name) => {
    try {
      for (const found of await presentOutputs(store, state, [name])) present.add(found);
    } catch (thrown) {
      if (toHeddleError(thrown).code !== 'denied') throw thrown;
    }
  });
  return { ...state, present };
}

/** Tell whether a `heddle up` is there that starts the agents of an epoch; false for who may not know. Throws store errors. */
export async function isUpThere(
  store: Store,
  { deployment, epoch }: { readonly deployment: string; readonly epoch: string },
): Promise<boolean> {
  try {
    return (await store.get(epochKeys(deployment, epoch).up())) !== undefined;
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'denied') throw thrown;
    return false;
  }
}

/** Tell which of these outputs, `NODE.OUTPUT`, are there. Throws store errors. */
export async function presentOutputs(
  store: Store,
  { deployment, epoch }: { readonly deployment: string; readonly epoch: string },
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const keys = epochKeys(deployment, epoch);
  const present = new Set<string>();
  await inParallel(names, async (name) => {
    const [node = '', output = ''] = name.split('.');
    if (storedValue(await store.get(keys.value(node, output))) !== undefined) present.add(name);
  });
  return present;
}
