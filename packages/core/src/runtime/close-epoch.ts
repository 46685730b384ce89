import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import { inParallel } from '../store/in-parallel.ts';
import { type EpochKeys, epochKeys } from '../store/keys.ts';
import type { Entry, Store } from '../store/store.ts';
import { isoTime, systemClock } from '../time/clock.ts';
import { revokeAccess } from './access/grant.ts';
import { mustWrite, type OpenRecord, parse } from './epoch.ts';

/** Told of an entry that cannot be understood. */
export type TellCorrupt = (error: HeddleError) => void;

/**
 * Close an epoch: whoever still writes to it is fenced from now on, and its credentials and sensitive values are deleted.
 *
 * What cannot be understood keeps nothing else from being deleted: a value of which nobody can say whether it is sensitive is deleted, too,
 * any other record is written anew.
 *
 * @param onCorrupt  @default the first such error is thrown when everything else has been done
 * @throws fenced when another process changes the epoch at the same time; store errors.
 */
export async function closeEpoch(
  store: Store,
  deployment: string,
  epoch: string,
  onCorrupt?: TellCorrupt,
): Promise<void> {
  const keys = epochKeys(deployment, epoch);
  const open = await store.get(keys.open());
  if (open === undefined) return;
  const untold: HeddleError[] = [];
  const tell: TellCorrupt = onCorrupt ?? ((error) => void untold.push(error));
  // What follows is done again for one that is closed: whoever closed it may have been stopped in between.
  if (read<OpenRecord>(open, tell)?.state !== 'closed')
    await mustWrite(store, keys.open(), { state: 'closed' }, open.rev);
  // They open what has not been deleted yet.
  await despiteCorrupt(async () => removeAll(store, await store.list(keys.credentials())), tell);
  await despiteCorrupt(() => tellClosed(store, keys, tell), tell);
  await despiteCorrupt(() => forgetSecrets(store, keys, tell), tell);
  await revokeAccess(store, keys.root);
  const [first] = untold;
  if (first !== undefined) throw first;
}

/** Its agents watch this one entry: what they do from now on may not be written. */
async function tellClosed(store: Store, keys: EpochKeys, tell: TellCorrupt): Promise<void> {
  const before = await store.get(keys.abort());
  if (before !== undefined && read<AbortRecord>(before, tell)?.isClosed === true) return;
  const record: AbortRecord = { by: 'heddle', at: isoTime(systemClock), isClosed: true };
  await mustWrite(store, keys.abort(), record, before?.rev);
}

/** Nobody reads a closed epoch: what is secret in it goes, the values and the aggregates made of them. */
async function forgetSecrets(store: Store, keys: EpochKeys, tell: TellCorrupt): Promise<void> {
  const values = await store.list(keys.values());
  const secret = values.filter((entry) => entry.value.byteLength > 0 && mayBeSecret(entry, tell));
  const outputs = new Set(secret.map(({ key }) => `${key.at(-2)?.replace(/-\d+$/, '')}.${key.at(-1)}`));
  const gathers = await store.list(keys.gathers());
  // The values last: which aggregates are secret is known by them, also to whoever goes on after this process was stopped.
  await removeAll(
    store,
    gathers.filter(({ key }) => outputs.has(`${key[3]}.${key[4]}`)),
  );
  await removeAll(store, secret);
}

function mayBeSecret(entry: Entry, tell: TellCorrupt): boolean {
  const value = read<{ readonly sensitive?: boolean } | null>(entry, tell);
  return value?.sensitive ?? true;
}

function removeAll(store: Store, entries: readonly Entry[]): Promise<void> {
  return inParallel(entries, ({ key, rev }) => store.delete(key, { expect: { rev } }));
}

/** Decode a record; undefined when it is none, which is told. */
function read<T>(entry: Entry, tell: TellCorrupt): T | undefined {
  try {
    return parse<T>(entry);
  } catch (thrown) {
    const { message } = toHeddleError(thrown);
    tell(new HeddleError('corrupt', `${message}: closing its epoch deletes it or writes it anew`, { cause: thrown }));
    return undefined;
  }
}

/** Do a part of the work; what the store cannot understand is told, and ends this part alone. */
async function despiteCorrupt(work: () => Promise<void>, tell: TellCorrupt): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toHeddleError(thrown);
    if (error.code !== 'corrupt') throw error;
    tell(error);
  }
}
