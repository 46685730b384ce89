import { systemClock, takePlace } from '@heddle/core';
import type { BootLog } from './boot-log.ts';
import { readInstance } from './instance.ts';
import { joinGroup } from './join-group.ts';
import type { NodeFile } from './node-file.ts';
import { inEpoch } from './open-epoch.ts';
import { useOwnCredentials } from './own-credentials.ts';
import { type PatienceOptions, patiently } from './patience.ts';

/** What a machine has to become a node with. */
export interface BeforeNode {
  readonly nodeFile: string;
  /** Says what the cloud calls this machine. */
  readonly instanceFile: string;
  /** The node's own working folder. */
  readonly directory: string;
  /** The group that it joins, where it has to fetch the credentials of its node. */
  readonly joins: string | undefined;
}

/**
 * Learn which node this machine is, and be that one to the store: a member of a group that was told no more takes a place in it, and one that
 * has not fetched its own credentials does.
 *
 * @throws config-invalid, not-found, store errors when the patience is over.
 */
export async function becomeNode(
  file: NodeFile,
  { nodeFile, instanceFile, directory, joins }: BeforeNode,
  log: BootLog,
  patience: PatienceOptions,
): Promise<NodeFile & { readonly node: string }> {
  const node = file.node ?? (await log.step('place', placeIn));
  const own = { ...file, node };
  if (file.node === undefined) {
    log.note({ node });
    log.say(`this machine is node ${node}`);
  }
  // As that node it may have fetched them when it booted before.
  const group = file.node === undefined ? await useOwnCredentials(nodeFile, own, directory) : joins;
  if (group === undefined) return own;
  await log.step('credentials', () =>
    inEpoch(file, directory, patience, (opened) => joinGroup({ ...opened, group, node, directory, patience })),
  );
  await useOwnCredentials(nodeFile, own, directory);
  return own;

  async function placeIn(): Promise<string> {
    const { group: free = '' } = file;
    const instance = await readInstance(instanceFile);
    return inEpoch(file, directory, patience, ({ store, epoch }) => {
      const take = () => takePlace(store, epoch, { group: free, instance, clock: systemClock });
      return patiently(`a place in group ${free}`, take, patience);
    });
  }
}
