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
 * @throws not-found and store errors; denied where this connection may not see a value.
 */
export async function readWhyState(store: Store, deployment: string, epoch?: string): Promise<WhyState> {
  const state = await readState(store, deployment, epoch);
  return { ...state, present: await presentOutputs(store, state, namedOutputs(state)) };
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
