import { toHeddleError } from '../errors/heddle-error.ts';
import type { Entry, Key, Store } from '../store/store.ts';

/** Read an entry that not everybody who asks may know of: undefined for who may not. Throws all other store errors. */
export async function getAllowed(store: Store, key: Key): Promise<Entry | undefined> {
  try {
    return await store.get(key);
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'denied') throw thrown;
    return undefined;
  }
}
