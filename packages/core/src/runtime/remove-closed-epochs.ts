import { HeddleError } from '../errors/heddle-error.ts';
import { inParallel } from '../store/in-parallel.ts';
import { type EpochKeys, epochKeys } from '../store/keys.ts';
import type { Entry, Store } from '../store/store.ts';
import { closeEpoch } from './close-epoch.ts';
import { currentEpoch } from './epoch.ts';

export interface RemoveEpochsOptions {
  /** Epochs that stay, the newest of those before the current one. @default 0 */
  readonly keep?: number;
  /** True: nothing is written. @default false */
  readonly isDryRun?: boolean;
  /** Told of each epoch when it is decided what becomes of it, and removed. @default nothing */
  readonly onEpoch?: (epoch: PastEpoch) => void;
}

/** An epoch before the current one. */
export interface PastEpoch {
  readonly epoch: string;
  /** `removable`: it would have been removed. `in-use`: agents of it are still connected. */
  readonly state: 'removed' | 'removable' | 'kept' | 'in-use';
  /** Entries that it has, or had. */
  readonly entries: number;
  /** The nodes whose agents are connected, and `heddle up` when one runs. */
  readonly users: readonly string[];
}

/** Milliseconds for what is left of an epoch of a thousand nodes. */
const sweepTimeoutMs = 300_000;

/**
 * Remove the epochs before the current one from a store, the oldest first.
 *
 * What is not closed of them is closed first: its credentials open nothing any more, and whoever still writes to it is fenced also when its entries are gone. Their
 * numbers are not used again. Stopped halfway, it goes on with the same epoch when it is called again.
 * @throws not-found when the deployment is not in the store; denied; fenced when somebody writes to an epoch meanwhile; store errors.
 */
export async function removeClosedEpochs(
  store: Store,
  deployment: string,
  { keep = 0, isDryRun = false, onEpoch = () => undefined }: RemoveEpochsOptions = {},
): Promise<readonly PastEpoch[]> {
  const past = await pastEpochs(store, deployment);
  const result: PastEpoch[] = [];
  for (const [index, keys] of past.entries()) {
    const entries = await store.list(keys.root);
    const users = usersOf(keys, entries);
    const state = stateOf({ isKept: index >= past.length - keep, isUsed: users.length > 0, isDryRun });
    if (state === 'removed') await removeEpoch(store, deployment, keys);
    const epoch = { epoch: keys.epoch, state, entries: entries.length, users };
    result.push(epoch);
    onEpoch(epoch);
  }
  return result;
}

async function pastEpochs(store: Store, deployment: string): Promise<readonly EpochKeys[]> {
  const current = Number(await currentEpoch(store, deployment));
  const numbers = Array.from({ length: current - 1 }, (_, index) => index + 1);
  const found = new Set<number>();
  await inParallel(numbers, async (number) => {
    // It is the last entry of an epoch that goes.
    if ((await store.get(epochKeys(deployment, String(number)).open())) !== undefined) found.add(number);
  });
  return numbers.filter((number) => found.has(number)).map((number) => epochKeys(deployment, String(number)));
}

/** Whoever has an entry that goes with its session. */
function usersOf(keys: EpochKeys, entries: readonly Entry[]): readonly string[] {
  const members = keys.members().length;
  return entries.flatMap(({ key }) => {
    if (key.length === members + 1 && isAt(key, keys.members())) return [key[members] ?? ''];
    return key.length === keys.up().length && isAt(key, keys.up()) ? ['heddle up'] : [];
  });
}

function isAt(key: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((segment, index) => key[index] === segment);
}

function stateOf(what: { isKept: boolean; isUsed: boolean; isDryRun: boolean }): PastEpoch['state'] {
  if (what.isKept) return 'kept';
  if (what.isUsed) return 'in-use';
  return what.isDryRun ? 'removable' : 'removed';
}

async function removeEpoch(store: Store, deployment: string, keys: EpochKeys): Promise<void> {
  await closeEpoch(store, deployment, keys.epoch);
  const entries = await store.list(keys.root);
  const isLast = ({ key }: Entry): boolean =>
    key.length === keys.open().length && ['open', 'abort'].includes(key.at(-1) ?? '');
  await inParallel(
    entries.filter((entry) => !isLast(entry)),
    (entry) => remove(store, entry),
  );
  const sweep = (): Promise<void> | undefined => store.sweep?.(keys.root, { timeoutMs: sweepTimeoutMs });
  await sweep();
  // By `abort` an agent that comes back knows that it is closed, and by `open` whoever goes on here that there is something left.
  for (const entry of entries.filter(isLast)) await remove(store, entry);
  await sweep();
}

async function remove(store: Store, { key, rev }: Entry): Promise<void> {
  const result = await store.delete(key, { expect: { rev } });
  if (result.ok || result.current === undefined) return;
  throw new HeddleError('fenced', `another process changed ${key.join('/')} of a closed epoch at the same time`, {
    next: ['heddle gc  goes on'],
  });
}
