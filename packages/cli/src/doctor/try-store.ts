import { existsSync } from 'node:fs';
import { openStore } from '@heddle/agent';
import {
  currentKey,
  type ErrorData,
  encodeRecord,
  epochKeys,
  parse,
  randomId,
  type Store,
  toHeddleError,
  withoutPassword,
} from '@heddle/core';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import type { StoreFacts } from '../views/doctor.ts';

/** Milliseconds that a store has to answer. */
const connectTimeoutMs = 5000;

/** A store that flags, environment or file name. */
export interface KnownStore {
  readonly storeUrl: string;
  /** The folder of the deployment file, absolute. */
  readonly directory: string;
  readonly deployment?: string;
}

/** Open the store of a deployment, read from it, and write an entry that goes again: as far as it is permitted. */
export async function tryStore(found: KnownStore | undefined): Promise<StoreFacts> {
  if (found === undefined) return {};
  const url = withoutPassword(found.storeUrl);
  const folder = /^embedded:(.*)$/.exec(found.storeUrl)?.[1];
  // Looking must not make it.
  if (folder !== undefined && !existsSync(folder)) return { url, isToBeMade: true };
  let store: Store;
  try {
    store = await openStore(found.storeUrl, { directory: found.directory, connectTimeoutMs });
  } catch (thrown) {
    return { url, openError: toHeddleError(thrown).toJSON() };
  }
  try {
    const { capabilities } = store;
    const read = await attempt(() => holdings(store, found.deployment));
    if ('error' in read) return { url, capabilities, readError: read.error };
    const write = await attempt(() => writeScratch(store));
    return {
      url,
      capabilities,
      ...(read.result === undefined ? {} : { holds: read.result }),
      ...('error' in write ? { writeError: write.error } : {}),
    };
  } finally {
    await store.close();
  }
}

async function holdings(store: Store, deployment: string | undefined): Promise<string | undefined> {
  if (deployment === undefined) {
    await store.list(['.doctor']);
    return undefined;
  }
  const epoch = await chosenEpoch(undefined);
  const entry = await store.get(epoch === undefined ? currentKey(deployment) : epochKeys(deployment, epoch).open());
  if (entry === undefined)
    return `it holds no ${epoch === undefined ? '' : `epoch ${epoch} of `}deployment ${deployment} yet`;
  return `it holds epoch ${epoch ?? parse<{ epoch: string }>(entry).epoch} of deployment ${deployment}`;
}

/** No deployment has a name like this; and should this process be killed in between, the entry goes with its session. */
async function writeScratch(store: Store): Promise<void> {
  const key = [`.doctor-${randomId()}`];
  const put = await store.put(key, encodeRecord({ by: 'heddle doctor' }), { expect: { absent: true }, liveness: true });
  if (put.ok) await store.delete(key, { expect: { rev: put.rev } });
}

async function attempt<T>(work: () => Promise<T>): Promise<{ readonly result: T } | { readonly error: ErrorData }> {
  try {
    return { result: await work() };
  } catch (thrown) {
    return { error: toHeddleError(thrown).toJSON() };
  }
}
