import { join } from 'node:path';
import { openStore } from '@heddle/agent';
import { currentEpoch, decodeRecord, type Envelope, epochKeys, type Json } from '@heddle/core';
import type { Deployment } from './deployment.ts';

/** Every value that stands in the deployment's store in the current epoch: `db.port` to 3306. */
export async function publishedValues(deployment: Deployment, name: string): Promise<Record<string, Json>> {
  const store = await openStore(`embedded:${join(deployment.directory, '.heddle', name)}`);
  try {
    const keys = epochKeys(name, await currentEpoch(store, name));
    const entries = await store.list(keys.values());
    return Object.fromEntries(
      entries
        .filter(({ value }) => value.byteLength > 0)
        .map(({ key, value }) => [key.slice(-2).join('.'), (decodeRecord(value) as unknown as Envelope).value]),
    );
  } finally {
    await store.close();
  }
}
