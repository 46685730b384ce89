import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { Plan } from '../plan/plan.ts';
import { sliceFor } from '../plan/slice.ts';
import { currentKey, type EpochKeys, epochKeys } from '../store/keys.ts';
import { encodeRecord, type Key, type Store, type StoreCredentials } from '../store/store.ts';
import type { Json } from '../values/json.ts';
import { gatherPrefixes } from './access/access-plan.ts';
import { type AccessMode, chooseAccess, grantAccess } from './access/grant.ts';
import { keepForMembers } from './access/group-credentials.ts';
import { requireCapabilities } from './capabilities.ts';
import { closeEpoch, type TellCorrupt } from './close-epoch.ts';
import { type CurrentRecord, type Epoch, type Isolation, mustWrite, type OpenRecord, parse } from './epoch.ts';

export interface StartEpochOptions {
  /** Throw fenced, before anything is closed, when the deployment has a current epoch. @default false */
  readonly onlyFirst?: boolean;
  /** Who the nodes are to the store. @default shared */
  readonly access?: AccessMode;
  /** Machines of groups fetch the credentials of their nodes from the store, where each node has its own. @default false */
  readonly groupsJoin?: boolean;
  /** How this process runs the nodes; kept, so that whoever continues the epoch runs them alike. @default others run them */
  readonly isolation?: Isolation;
  /** Told of what cannot be understood of the epochs that are closed. @default an error that is thrown when those are closed, and nothing is started */
  readonly onCorrupt?: TellCorrupt;
}

/** An epoch for the process that started it. */
export interface StartedEpoch extends Epoch {
  /** What each node connects to the store with; undefined: the credentials of this connection. */
  readonly credentials: ReadonlyMap<string, StoreCredentials> | undefined;
  /** By group what a machine of it connects with until it has fetched those of its node; none unless groups join. */
  readonly joining: ReadonlyMap<string, StoreCredentials>;
}

/**
 * Start a new epoch of a deployment: close the current one, hand out rights, write the plan slices, then open the new one and make it current.
 *
 * @throws capability-missing when the store lacks what the plan or the access asked for needs; denied; fenced when another process starts an epoch at the same time; store errors.
 */
export async function startEpoch(store: Store, plan: Plan, options: StartEpochOptions = {}): Promise<StartedEpoch> {
  requireCapabilities(plan, store.capabilities);
  const { deployment } = plan;
  const { onCorrupt } = options;
  const current = await store.get(currentKey(deployment));
  const previous = current === undefined ? undefined : parse<CurrentRecord>(current);
  if (previous !== undefined && options.onlyFirst === true) {
    throw new HeddleError('fenced', `deployment ${deployment} has epoch ${previous.epoch} already`, {
      next: ['heddle status shows it'],
    });
  }
  // Before anything is closed.
  const access = await chooseAccess(store, plan, options.access ?? 'shared');
  if (previous !== undefined)
    for (const epoch of [...(previous.abandoned ?? []), previous.epoch])
      await closeEpoch(store, deployment, epoch, onCorrupt);

  const made = await createEpoch(store, deployment, previous === undefined ? 1 : Number(previous.epoch) + 1);
  const joined = options.groupsJoin === true ? Object.keys(plan.groups) : [];
  const seeding = { access, isolation: options.isolation, joined };
  const started = await seedEpoch(store, plan, made, current?.rev, seeding).catch(async (thrown: unknown) => {
    const { code } = toHeddleError(thrown);
    // Without a store that answers nothing can be closed, and nobody should wait for it.
    if (code !== 'unavailable' && code !== 'closed')
      await closeIfPossible(store, deployment, made.keys.epoch, onCorrupt);
    throw thrown;
  });
  // None of them becomes current any more: the record has gone from the epoch before them to this one.
  for (const epoch of made.abandoned) await closeIfPossible(store, deployment, epoch, onCorrupt);
  return started;
}

interface CreatedEpoch {
  readonly keys: EpochKeys;
  /** The revision of its `open` entry. */
  readonly rev: string;
  /** Epochs with lower numbers that somebody has begun and nobody has made current yet. */
  readonly abandoned: readonly string[];
}

interface Seeding {
  readonly access: Exclude<AccessMode, 'best'>;
  readonly isolation: Isolation | undefined;
  /** Groups whose machines fetch who they are. */
  readonly joined: readonly string[];
}

async function seedEpoch(
  store: Store,
  plan: Plan,
  { keys, rev, abandoned }: CreatedEpoch,
  currentRev: string | undefined,
  { access, isolation, joined }: Seeding,
): Promise<StartedEpoch> {
  const granted = access === 'node' ? await grantAccess(store, plan, keys, joined) : undefined;
  // A thousand nodes that start together would all have to find out that nobody has written there yet.
  if (granted === undefined) await store.reserve?.(recordPrefixes(plan, keys));
  // Rewritten once, so that no expected version is ever the first one: ZooKeeper transactions take version 0 for "any".
  const opening = await mustWrite(store, keys.open(), { state: 'opening' }, rev);
  for (const node of plan.nodes) {
    const slice = sliceFor(plan, node.name) as unknown as Json;
    await mustWrite(store, keys.plan(node.name), slice, undefined, [{ key: keys.open(), rev: opening }]);
  }
  if (granted !== undefined) await keepForMembers(store, plan, keys, granted, { key: keys.open(), rev: opening });
  // Only now may an agent come in: until here it could find a part of its plan.
  const kept = {
    ...(isolation === undefined ? {} : { isolation }),
    ...(granted === undefined ? {} : { hasOwnCredentials: true as const }),
  };
  const open: OpenRecord = { state: 'open', ...kept };
  const openGuard = { key: keys.open(), rev: await mustWrite(store, keys.open(), open, opening) };
  const record: CurrentRecord = { epoch: keys.epoch, ...(abandoned.length === 0 ? {} : { abandoned }) };
  await mustWrite(store, currentKey(plan.deployment), record, currentRev, [openGuard]);
  const joining = granted?.groups ?? new Map<string, StoreCredentials>();
  return { deployment: plan.deployment, keys, openGuard, ...kept, credentials: granted?.nodes, joining };
}

function recordPrefixes(plan: Plan, keys: EpochKeys): readonly Key[] {
  const records = [keys.incarnations(), keys.members(), keys.roles(), keys.values(), keys.waits()];
  return [...records, ...gatherPrefixes(plan, keys)];
}

/** How many epochs may have been begun and left before one that becomes current. */
const mostAbandoned = 1000;

/** Take the first free epoch number from `first` on: whoever was killed between opening an epoch and making it current left its number used. */
async function createEpoch(store: Store, deployment: string, first: number): Promise<CreatedEpoch> {
  const abandoned: string[] = [];
  for (let number = first; number < first + mostAbandoned; number += 1) {
    const keys = epochKeys(deployment, String(number));
    const result = await store.put(keys.open(), encodeRecord({ state: 'opening' }), { expect: { absent: true } });
    if (result.ok) return { keys, rev: result.rev, abandoned };
    abandoned.push(keys.epoch);
  }
  throw new HeddleError(
    'corrupt',
    `deployment ${deployment} has ${mostAbandoned} epochs that were begun and never made current`,
  );
}

/** Close an epoch that is not current, as far as that can be done now. */
async function closeIfPossible(
  store: Store,
  deployment: string,
  epoch: string,
  onCorrupt: TellCorrupt | undefined,
): Promise<void> {
  try {
    await closeEpoch(store, deployment, epoch, onCorrupt);
  } catch {
    // Whoever starts the next epoch closes it: its number is in use, or named by the current record.
  }
}
