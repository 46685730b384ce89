import { credentialsContent, type Grantee } from '@heddle/agent';
import { type Epoch, fetchCredentials, randomId, type Store, toHeddleError } from '@heddle/core';
import { confirmPending, forgetPending, keepPending, pendingMark } from './kept-credentials.ts';
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
 * They are on the disk before they leave the store, and count as this machine's own only when they have left it: one that loses its power
 * in between goes on where it was.
 *
 * @throws config-invalid when another machine has fetched them; fenced when the epoch is closed; store errors when the patience is over;
 *   what the file system throws.
 */
export async function joinGroup({ store, epoch, group, node, directory, patience }: JoinOptions): Promise<void> {
  const what = `the credentials of ${node}`;
  const grantee: Grantee = { deployment: epoch.deployment, epoch: epoch.keys.epoch, node };
  const mark = (await pendingMark(directory, grantee)) ?? randomId();
  try {
    const fetched = await patiently(what, () => fetchCredentials(store, epoch, { group, node, mark }), patience);
    if (fetched !== undefined) {
      await keepPending(directory, { ...credentialsContent(grantee, fetched.credentials), mark });
      await patiently(what, () => fetched.take(), patience);
    }
  } catch (thrown) {
    // Another machine has them, too: this one shall not be that node when it boots again.
    if (toHeddleError(thrown).code === 'config-invalid') await forgetPending(directory);
    throw thrown;
  }
  await confirmPending(directory);
}
