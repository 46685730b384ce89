import { HeddleError } from '../errors/heddle-error.ts';
import { inParallel } from '../store/in-parallel.ts';
import { type EpochKeys, epochKeys } from '../store/keys.ts';
import type { Entry, Store } from '../store/store.ts';
import { closeEpoch, type TellCorrupt } from './close-epoch.ts';
import { currentEpoch } from './epoch.ts';

export interface RemoveEpochsOptions {
  /** Epochs that stay, the newest of those before the current one. @default 0 */
  readonly keep?: number;
  /** True: nothing is written. @default false */
  readonly isDryRun?: boolean;
  /** Told of each epoch when it is decided what becomes of it, and removed. @default nothing */
  readonly onEpoch?: (epoch: PastEpoch) => void;
  /** Told of what cannot be understood of an epoch that is closed before it is removed. @default an error that is thrown when it is closed */
  readonly onCorrupt?: TellCorrupt;
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
  { keep = 0, isDryRun = false, onEpoch = () => undefined, onCorrupt }: RemoveEpochsOptions = {},
): Promise<readonly PastEpoch[]> {
  const past = await pastEpochs(store, deployment);
  const result: PastEpoch[] = [];
  for (const [index, keys] of past.entries()) {
    const found = await look(store, keys);
    const isKept = index >= past.length - keep;
    const isRemoved = !isKept && !isDryRun && found.users.length === 0;
    const what = isRemoved
      ? await removeEpoch(store, deployment, keys, onCorrupt)
      : { ...found, state: stateOf({ isKept, isUsed: found.users.length > 0 }) };
    const epoch: PastEpoch = { epoch: keys.epoch, state: what.state, entries: what.entries.length, users: what.users };
    result.push(epoch);
    onEpoch(epoch);
  }
  return result;
}

/** What an epoch has. */
interface Found {
  readonly entries: readonly Entry[];
  readonly users: readonly string[];
}

async function look(store: Store, keys: EpochKeys): Promise<Found> {
  const entries = await store.list(keys.root);
  return { entries, users: usersOf(keys, entries) };
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

function stateOf({ isKept, isUsed }: { isKept: boolean; isUsed: boolean }): PastEpoch['state'] {
  if (isKept) return 'kept';
  return isUsed ? 'in-use' : 'removable';
}

/** Remove an epoch that nobody uses; answers what became of it. Who came to it before it was closed keeps it. */
async function removeEpoch(
  store: Store,
  deployment: string,
  keys: EpochKeys,
  onCorrupt: TellCorrupt | undefined,
): Promise<Found & Pick<PastEpoch, 'state'>> {
  await closeEpoch(store, deployment, keys.epoch, onCorrupt);
  // From here on nobody comes any more: who joins does so under a guard on `open`.
  const found = await look(store, keys);
  if (found.users.length > 0) return { ...found, state: 'in-use' };
  const isLast = ({ key }: Entry): boolean =>
    key.length === keys.open().length && ['open', 'abort'].includes(key.at(-1) ?? '');
  await inParallel(
    found.entries.filter((entry) => !isLast(entry)),
    (entry) => remove(store, entry),
  );
  const sweep = (): Promise<void> | undefined => store.sweep?.(keys.root, { timeoutMs: sweepTimeoutMs });
  await sweep();
  // By `abort` an agent that comes back knows that it is closed, and by `open` whoever goes on here that there is something left.
  for (const entry of found.entries.filter(isLast)) await remove(store, entry);
  await sweep();
  return { ...found, state: 'removed' };
}

async function remove(store: Store, { key, rev }: Entry): Promise<void> {
  const result = await store.delete(key, { expect: { rev } });
  if (result.ok || result.current === undefined) return;
  throw new HeddleError('fenced', `another process changed ${key.join('/')} of a closed epoch at the same time`, {
    next: ['heddle gc  goes on'],
  });
}
