import { HeddleError } from '../errors/heddle-error.ts';
import type { Plan, PlanSlice } from '../plan/plan.ts';
import { sliceFor } from '../plan/slice.ts';
import { currentKey, type EpochKeys, epochKeys } from '../store/keys.ts';
import {
  decodeRecord,
  type Entry,
  encodeRecord,
  type Guard,
  type Store,
  type StoreCredentials,
} from '../store/store.ts';
import type { Json } from '../values/json.ts';
import { type AccessMode, grantAccess, revokeAccess } from './access/grant.ts';
import { requireCapabilities } from './capabilities.ts';
import { closedEpochError } from './closed-epoch.ts';

/** An epoch of a deployment as one process sees it. */
export interface Epoch {
  readonly deployment: string;
  readonly keys: EpochKeys;
  /** Holds while the epoch is open; every write of an agent carries it. */
  readonly openGuard: Guard;
}

interface CurrentRecord {
  readonly epoch: string;
}

interface OpenRecord {
  /** `opening`: its seed is still writing; nobody may join it yet. */
  readonly state: 'opening' | 'open' | 'closed';
}

export interface StartEpochOptions {
  /** Throw fenced, before anything is closed, when the deployment has a current epoch. @default false */
  readonly onlyFirst?: boolean;
  /** Who the nodes are to the store. @default shared */
  readonly access?: AccessMode;
}

/** An epoch for the process that started it. */
export interface StartedEpoch extends Epoch {
  /** What each node connects to the store with; undefined: the credentials of this connection. */
  readonly credentials: ReadonlyMap<string, StoreCredentials> | undefined;
}

/**
 * Start a new epoch of a deployment: close the current one, hand out rights, write the plan slices, then open the new one and make it current.
 *
 * @throws capability-missing when the store lacks what the plan or the access asked for needs; denied; fenced when another process starts an epoch at the same time; store errors.
 */
export async function startEpoch(store: Store, plan: Plan, options: StartEpochOptions = {}): Promise<StartedEpoch> {
  requireCapabilities(plan, store.capabilities);
  const current = await store.get(currentKey(plan.deployment));
  const previous = current === undefined ? undefined : parse<CurrentRecord>(current).epoch;
  if (previous !== undefined && options.onlyFirst === true) {
    throw new HeddleError('fenced', `deployment ${plan.deployment} has epoch ${previous} already`, {
      next: ['heddle status shows it'],
    });
  }
  if (previous !== undefined) await closeEpoch(store, plan.deployment, previous);

  const { keys, created } = await createEpoch(
    store,
    plan.deployment,
    previous === undefined ? 1 : Number(previous) + 1,
  );
  const credentials = await grantAccess(store, plan, keys, options.access ?? 'shared');
  // Rewritten once, so that no expected version is ever the first one: ZooKeeper transactions take version 0 for "any".
  const opening = await mustWrite(store, keys.open(), { state: 'opening' }, created);
  for (const node of plan.nodes) {
    const slice = sliceFor(plan, node.name) as unknown as Json;
    await mustWrite(store, keys.plan(node.name), slice, undefined, [{ key: keys.open(), rev: opening }]);
  }
  // Only now may an agent come in: until here it could find a part of its plan.
  const openGuard = { key: keys.open(), rev: await mustWrite(store, keys.open(), { state: 'open' }, opening) };
  await mustWrite(store, currentKey(plan.deployment), { epoch: keys.epoch }, current?.rev, [openGuard]);
  return { deployment: plan.deployment, keys, openGuard, credentials };
}

/** How many epochs may have been begun and left before one that becomes current. */
const mostAbandoned = 1000;

/** Take the first free epoch number from `first` on: whoever was killed between opening an epoch and making it current left its number used. */
async function createEpoch(
  store: Store,
  deployment: string,
  first: number,
): Promise<{ keys: EpochKeys; created: string }> {
  for (let number = first; number < first + mostAbandoned; number += 1) {
    const keys = epochKeys(deployment, String(number));
    const result = await store.put(keys.open(), encodeRecord({ state: 'opening' }), { expect: { absent: true } });
    if (result.ok) return { keys, created: result.rev };
  }
  throw new HeddleError(
    'corrupt',
    `deployment ${deployment} has ${mostAbandoned} epochs that were begun and never made current`,
  );
}

/** Close an epoch: whoever still writes to it is fenced from now on, and its sensitive values are deleted. */
export async function closeEpoch(store: Store, deployment: string, epoch: string): Promise<void> {
  const keys = epochKeys(deployment, epoch);
  const open = await store.get(keys.open());
  if (open === undefined) return;
  // What follows is done again for one that is closed: whoever closed it may have been stopped in between.
  if (parse<OpenRecord>(open).state !== 'closed') await mustWrite(store, keys.open(), { state: 'closed' }, open.rev);
  await forgetSecrets(store, keys);
  await revokeAccess(store, keys.root);
}

/** Nobody reads a closed epoch: what is secret in it goes, the values and the aggregates made of them. */
async function forgetSecrets(store: Store, keys: EpochKeys): Promise<void> {
  const values = await store.list(keys.values());
  const secret = values.filter((entry) => entry.value.byteLength > 0 && parse<{ sensitive: boolean }>(entry).sensitive);
  const outputs = new Set(secret.map(({ key }) => `${key.at(-2)?.replace(/-\d+$/, '')}.${key.at(-1)}`));
  const gathers = await store.list(keys.gathers());
  const aggregates = gathers.filter(({ key }) => outputs.has(`${key[3]}.${key[4]}`));
  const remove = (entries: readonly Entry[]) =>
    Promise.all(entries.map(({ key, rev }) => store.delete(key, { expect: { rev } })));
  // The values last: which aggregates are secret is known by them, also to whoever goes on after this process was stopped.
  await remove(aggregates);
  await remove(secret);
}

/**
 * Open an existing epoch.
 *
 * @param epoch  Its number as text; undefined: the deployment's current one. An agent always names it.
 * @throws not-found when the deployment or epoch is not in the store, or the seed of the epoch has not finished; fenced when the epoch is closed.
 */
export async function openEpoch(store: Store, deployment: string, epoch?: string): Promise<Epoch> {
  const name = epoch ?? (await currentEpoch(store, deployment));
  const keys = epochKeys(deployment, name);
  const open = await store.get(keys.open());
  if (open === undefined)
    throw new HeddleError('not-found', `deployment ${deployment} has no epoch ${name} in this store`);
  const { state } = parse<OpenRecord>(open);
  if (state === 'closed') throw closedEpochError(deployment, name);
  if (state === 'opening') {
    throw new HeddleError('not-found', `the seed of epoch ${name} of deployment ${deployment} has not finished`, {
      next: ['try again when heddle seed has ended; if it was ended before that, heddle seed FILE starts a new epoch'],
    });
  }
  return { deployment, keys, openGuard: { key: keys.open(), rev: open.rev } };
}

/** Read the number of the deployment's current epoch; throws not-found when there is none. */
export async function currentEpoch(store: Store, deployment: string): Promise<string> {
  const current = await store.get(currentKey(deployment));
  if (current === undefined) {
    throw new HeddleError('not-found', `this store holds no deployment named ${deployment}`, {
      next: [
        'heddle up FILE, or heddle seed FILE, starts it',
        'if it was started with --store URL, say the same --store URL here, or set HEDDLE_STORE',
      ],
    });
  }
  return parse<CurrentRecord>(current).epoch;
}

/** Read one node's slice of the plan; throws not-found when the plan has no such node. */
export async function readSlice(store: Store, epoch: Epoch, node: string): Promise<PlanSlice> {
  const entry = await store.get(epoch.keys.plan(node));
  if (entry === undefined) {
    throw new HeddleError('not-found', `deployment ${epoch.deployment} has no node ${node}`, {
      next: ['heddle status'],
    });
  }
  return parse<PlanSlice>(entry);
}

/** Decode a record of Heddle's own; throws corrupt when the bytes are no JSON. */
export function parse<T>(entry: Entry): T {
  try {
    return decodeRecord(entry.value) as T;
  } catch (cause) {
    throw new HeddleError('corrupt', `the entry ${entry.key.join('/')} is not a record of Heddle`, { cause });
  }
}

async function mustWrite(
  store: Store,
  key: readonly string[],
  record: Json | object,
  rev: string | undefined,
  guards: readonly Guard[] = [],
): Promise<string> {
  const expect = rev === undefined ? ({ absent: true } as const) : { rev };
  const result = await store.put(key, encodeRecord(record as Json), { expect, guards });
  if (result.ok) return result.rev;
  throw new HeddleError('fenced', `another process changed ${key.join('/')} at the same time`, {
    next: ['heddle status shows which epoch is current'],
  });
}
