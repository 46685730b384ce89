import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeCredentials } from '@heddle/agent';
import type { Plan, StartedEpoch } from '@heddle/core';
import { stateDirectory } from './locate.ts';

/**
 * Write the credentials that the nodes of a new epoch were given, a file each.
 *
 * @param folder  Where to; undefined: in the deployment's state folder, where those of earlier epochs, worth nothing any more, are removed.
 * @returns The files by node; none when all nodes connect as this process does.
 */
export async function keepCredentials(
  plan: Plan,
  { deployment, keys, credentials }: StartedEpoch,
  folder?: string,
): Promise<ReadonlyMap<string, string>> {
  const own = join(stateDirectory(plan.directory, plan.deployment), 'credentials');
  if (folder === undefined) await rm(own, { recursive: true, force: true });
  if (credentials === undefined) return new Map();
  return writeCredentials(folder === undefined ? own : resolve(folder), { deployment, epoch: keys.epoch, credentials });
}
