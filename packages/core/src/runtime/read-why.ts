import { toHeddleError } from '../errors/heddle-error.ts';
import { splitName } from '../plan/names.ts';
import { inParallel } from '../store/in-parallel.ts';
import { epochKeys } from '../store/keys.ts';
import type { Key, Store } from '../store/store.ts';
import { namedOutputs, type WhyState } from '../views/holdups.ts';
import { type Isolation, type OpenRecord, parse } from './epoch.ts';
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

/** Who runs the nodes of an epoch. */
export interface Runner {
  /** A `heddle up` is there that starts their agents; false for who may not know. */
  readonly isUp: boolean;
  /** How whoever began the epoch runs them; absent: each is run where it is. */
  readonly isolation?: Isolation;
}

/** Read who runs the nodes of an epoch, which may be closed. Throws store errors. */
export async function readRunner(
  store: Store,
  { deployment, epoch }: { readonly deployment: string; readonly epoch: string },
): Promise<Runner> {
  const keys = epochKeys(deployment, epoch);
  const [open, isUp] = await Promise.all([store.get(keys.open()), isThere(store, keys.up())]);
  const isolation = open === undefined ? undefined : parse<OpenRecord>(open).isolation;
  return { isUp, ...(isolation === undefined ? {} : { isolation }) };
}

async function isThere(store: Store, key: Key): Promise<boolean> {
  try {
    return (await store.get(key)) !== undefined;
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
    if (storedValue(await store.get(keys.value(...splitName(name)))) !== undefined) present.add(name);
  });
  return present;
}
