import type { ScaleRecord } from '../../records/scale-record.ts';
import type { Entry, Store } from '../../store/store.ts';
import { type Epoch, parse } from '../epoch.ts';

/** Read which groups of an epoch grew; undefined when none did. Throws store errors. */
export async function readScale(store: Store, { keys }: Pick<Epoch, 'keys'>): Promise<ScaleRecord | undefined> {
  return parseScale(await store.get(keys.scale()));
}

/** An empty entry is a seeded key that nobody has written. */
export function parseScale(entry: Entry | undefined): ScaleRecord | undefined {
  return entry === undefined || entry.value.byteLength === 0 ? undefined : parse<ScaleRecord>(entry);
}
