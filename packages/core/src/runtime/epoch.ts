import { HeddleError } from '../errors/heddle-error.ts';
import type { PlanSlice } from '../plan/plan.ts';
import { currentKey, type EpochKeys, epochKeys } from '../store/keys.ts';
import { decodeRecord, type Entry, encodeRecord, type Guard, type Store } from '../store/store.ts';
import type { Json } from '../values/json.ts';
import { closedEpochError } from './closed-epoch-error.ts';
import { getAllowed } from './get-allowed.ts';

/** An epoch of a deployment as one process sees it. */
export interface Epoch {
  readonly deployment: string;
  readonly keys: EpochKeys;
  /** Holds while the epoch is open; every write of an agent carries it. */
  readonly openGuard: Guard;
  /** Undefined: it was not begun by a process that runs the nodes. */
  readonly isolation?: Isolation;
  /** True: every node connects to the store with credentials of its own. */
  readonly hasOwnCredentials?: true;
}

/** How the nodes of a deployment that share a computer are kept apart: with folders of their own, or as machines of their own. */
export type Isolation = 'process' | 'machine';

/** The entry `current` of a deployment. */
export interface CurrentRecord {
  readonly epoch: string;
  /** Epochs before it that were begun and never made current: the next start closes them, where this one was stopped before it did. */
  readonly abandoned?: readonly string[];
}

/** The entry `open` of an epoch. */
export interface OpenRecord {
  /** `opening`: its seed is still writing; nobody may join it yet. */
  readonly state: 'opening' | 'open' | 'closed';
  /** How whoever began it runs the nodes. Absent: somebody else runs them. */
  readonly isolation?: Isolation;
  /** True: every node was given credentials of its own. */
  readonly hasOwnCredentials?: true;
}

/**
 * Make the error of who asks for an epoch that is not in the store: `not-found` where it was not begun, or this connection may not see
 * which one is current; `removed` where it was, and is closed and gone.
 */
export async function missingEpochError(
  store: Store,
  deployment: string,
  epoch: string,
  removed: 'fenced' | 'not-found' = 'not-found',
): Promise<HeddleError> {
  const entry = await getAllowed(store, currentKey(deployment));
  const current = entry === undefined ? undefined : parse<CurrentRecord>(entry).epoch;
  if (current === undefined || !isBefore(epoch, current)) {
    return new HeddleError('not-found', `deployment ${deployment} has no epoch ${epoch} in this store`, {
      next: ['heddle status  shows the current one'],
    });
  }
  const text = `epoch ${epoch} of deployment ${deployment} was closed and has been removed from this store: epoch ${current} is current`;
  return new HeddleError(removed, text, {
    next: [
      'heddle status  shows the current one',
      `heddle agent --epoch ${current}  takes part in it; for a machine of a stack, give Heat what heddle seed printed`,
    ],
  });
}

/** Every number below the current one was begun once: none is left out, and none is used again. */
function isBefore(epoch: string, current: string): boolean {
  return /^[1-9]\d*$/.test(epoch) && Number(epoch) < Number(current);
}

/**
 * Open an existing epoch.
 *
 * @param epoch  Its number as text; undefined: the deployment's current one. An agent always names it.
 * @throws not-found when the deployment or epoch is not in the store, or the seed of the epoch has not finished; fenced when the epoch is
 *   closed, also when it has been removed since.
 */
export async function openEpoch(store: Store, deployment: string, epoch?: string): Promise<Epoch> {
  const name = epoch ?? (await currentEpoch(store, deployment));
  const keys = epochKeys(deployment, name);
  const open = await store.get(keys.open());
  if (open === undefined) throw await missingEpochError(store, deployment, name, 'fenced');
  const { state, isolation, hasOwnCredentials } = parse<OpenRecord>(open);
  if (state === 'closed') throw closedEpochError(deployment, name);
  if (state === 'opening') {
    throw new HeddleError('not-found', `the seed of epoch ${name} of deployment ${deployment} has not finished`, {
      next: ['try again when heddle seed has ended; if it was ended before that, heddle seed FILE starts a new epoch'],
    });
  }
  return {
    deployment,
    keys,
    openGuard: { key: keys.open(), rev: open.rev },
    ...(isolation === undefined ? {} : { isolation }),
    ...(hasOwnCredentials === undefined ? {} : { hasOwnCredentials }),
  };
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

/** Write a record of an epoch that nobody else may write at the same time. Throws fenced when somebody did; store errors. */
export async function mustWrite(
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
