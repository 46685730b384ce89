import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CredentialsFile, credentialsContent } from '@heddle/agent';
import { type Epoch, fetchCredentials, type Store, toHeddleError } from '@heddle/core';
import { fetchedFile } from './own-credentials.ts';
import { type PatienceOptions, patiently } from './patience.ts';

export interface JoinOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly group: string;
  /** Which member this machine is. */
  readonly node: string;
  /** The node's own working folder. */
  readonly directory: string;
  readonly patience: PatienceOptions;
}

/**
 * Become a member of a group to the store: fetch the credentials of the node, keep them on this machine, and take them out of the store.
 *
 * They are on the disk before they leave the store: a machine that loses its power in between fetches them once more.
 *
 * @throws config-invalid when a machine has fetched them before; store errors when the patience is over; what the file system throws.
 */
export async function joinGroup({ store, epoch, group, node, directory, patience }: JoinOptions): Promise<void> {
  const what = `the credentials of ${node}`;
  const fetched = await patiently(what, () => fetchCredentials(store, epoch, { group, node }), patience);
  const grantee = { deployment: epoch.deployment, epoch: epoch.keys.epoch, node };
  await keep(fetchedFile(directory), credentialsContent(grantee, fetched.credentials));
  try {
    await patiently(what, () => fetched.remove(), patience);
  } catch (thrown) {
    // Another machine has them, too: this one shall not be that node when it boots again.
    if (toHeddleError(thrown).code === 'config-invalid') await rm(fetchedFile(directory), { force: true });
    throw thrown;
  }
}

/** Write a file that only its owner reads, whole or not at all. */
async function keep(file: string, content: CredentialsFile): Promise<void> {
  const part = `${file}.part`;
  // Removed first: a file that exists would keep its mode.
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  // The name is on the disk, too, before the store's copy goes.
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
