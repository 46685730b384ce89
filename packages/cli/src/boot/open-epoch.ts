import { openStore } from '@heddle/agent';
import { type Epoch, HeddleError, openEpoch, type Store, toHeddleError, withoutPassword } from '@heddle/core';
import type { NodeFile } from './node-file.ts';
import { type PatienceOptions, patiently } from './patience.ts';

export interface OpenedEpoch {
  readonly store: Store;
  readonly epoch: Epoch;
}

/** A machine may be up before somebody has seeded its epoch, or while it is being seeded: that passes, too. An open epoch has all its slices. */
export async function openEpochIn(file: NodeFile, directory: string, patience: PatienceOptions): Promise<OpenedEpoch> {
  return patiently(`the store ${withoutPassword(file.store)}`, () => tryOpenEpoch(file, directory, patience), patience);
}

async function tryOpenEpoch(
  file: NodeFile,
  directory: string,
  { patienceMs, signal }: PatienceOptions,
): Promise<OpenedEpoch> {
  const { deployment, epoch } = file;
  const connectTimeoutMs = Math.max(1, Math.min(10_000, patienceMs));
  const store = await openStore(file.store, { directory, signal, connectTimeoutMs });
  try {
    return { store, epoch: await openEpoch(store, deployment, epoch) };
  } catch (thrown) {
    await store.close();
    const error = toHeddleError(thrown);
    if (error.code !== 'not-found') throw error;
    throw new HeddleError('unavailable', error.message, {
      cause: error,
      next: error.next.length > 0 ? error.next : ['heddle seed PLAN --store URL starts the epoch'],
    });
  }
}

/** Do something in the machine's epoch, connected as what it is to the store now. Throws what opening and the work throw. */
export async function inEpoch<T>(
  file: NodeFile,
  directory: string,
  patience: PatienceOptions,
  work: (opened: OpenedEpoch) => Promise<T>,
): Promise<T> {
  const opened = await openEpochIn(file, directory, patience);
  try {
    return await work(opened);
  } finally {
    await opened.store.close();
  }
}
