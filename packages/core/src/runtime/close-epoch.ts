import type { AbortRecord } from '../records/abort-record.ts';
import { type EpochKeys, epochKeys } from '../store/keys.ts';
import type { Entry, Store } from '../store/store.ts';
import { isoTime, systemClock } from '../time/clock.ts';
import { revokeAccess } from './access/grant.ts';
import { mustWrite, type OpenRecord, parse } from './epoch.ts';

/** Close an epoch: whoever still writes to it is fenced from now on, and its sensitive values are deleted. */
export async function closeEpoch(store: Store, deployment: string, epoch: string): Promise<void> {
  const keys = epochKeys(deployment, epoch);
  const open = await store.get(keys.open());
  if (open === undefined) return;
  // What follows is done again for one that is closed: whoever closed it may have been stopped in between.
  if (parse<OpenRecord>(open).state !== 'closed') await mustWrite(store, keys.open(), { state: 'closed' }, open.rev);
  await tellClosed(store, keys);
  await forgetSecrets(store, keys);
  await revokeAccess(store, keys.root);
}

/** Its agents watch this one entry: what they do from now on may not be written. */
async function tellClosed(store: Store, keys: EpochKeys): Promise<void> {
  const before = await store.get(keys.abort());
  if (before !== undefined && parse<AbortRecord>(before).isClosed === true) return;
  const record: AbortRecord = { by: 'heddle', at: isoTime(systemClock), isClosed: true };
  await mustWrite(store, keys.abort(), record, before?.rev);
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
  await remove(await store.list(keys.credentials()));
}
