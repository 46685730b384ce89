import { existsSync } from 'node:fs';
import { access, constants, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readCredentialsFile, writeCredentials } from '@heddle/agent';
import { type Epoch, HeddleError, type Plan, type StartedEpoch, type Store, type StoreCredentials } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';
import { stateDirectory } from './locate.ts';

/**
 * See that credentials can be written before an epoch is started: it closes the one before it, and credentials that are lost are lost.
 *
 * @param folder  Where to; undefined: in the deployment's state folder.
 * @throws config-invalid, naming the folder; nothing in a store that gives nodes no credentials.
 */
export async function prepareCredentials(plan: Plan, store: Store, folder?: string): Promise<void> {
  if (store.access === undefined) return;
  const place = placeOf(plan, folder);
  try {
    makeFolder(place, 0o700);
    await access(place, constants.W_OK);
  } catch (cause) {
    throw new HeddleError('config-invalid', `the nodes' credentials cannot be written: ${(cause as Error).message}`, {
      cause,
      next: [
        'heddle seed --credentials FOLDER writes them elsewhere',
        'or --access shared: every node connects as you do',
      ],
    });
  }
}

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
  const place = placeOf(plan, folder);
  if (folder === undefined) await rm(place, { recursive: true, force: true });
  if (credentials === undefined) return new Map();
  return writeCredentials(place, { deployment, epoch: keys.epoch, credentials });
}

/**
 * Find the credentials that the nodes of an epoch were given when it began, in the deployment's state folder.
 *
 * @returns The files by node; none when all nodes connect as this process does.
 * @throws config-invalid when those of some nodes are missing.
 */
export async function findCredentials(plan: Plan, { keys }: Epoch): Promise<ReadonlyMap<string, string>> {
  const folder = join(placeOf(plan, undefined), keys.epoch);
  const files = new Map(plan.nodes.map(({ name }) => [name, join(folder, `${name}.json`)]));
  const missing = [...files.values()].filter((file) => !existsSync(file));
  if (missing.length === files.size) return new Map();
  if (missing.length === 0) return files;
  throw new HeddleError(
    'config-invalid',
    `the credentials of ${missing.length} nodes are not there any more: ${missing[0]}`,
    {
      next: ['heddle up  starts a new epoch, with new credentials'],
    },
  );
}

/**
 * Read the credentials that the nodes of an epoch were given when it began, as far as they are here.
 *
 * @param folder  Where they were written to; undefined: in the deployment's state folder.
 * @throws config-invalid for a file that cannot be read.
 */
export async function readKeptCredentials(
  plan: Plan,
  { keys }: Epoch,
  folder?: string,
): Promise<ReadonlyMap<string, StoreCredentials>> {
  const place = join(placeOf(plan, folder), keys.epoch);
  const files = existsSync(place) ? await readdir(place) : [];
  const nodes = files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
  return new Map(
    await Promise.all(
      nodes.map(async (node) => [node, await readCredentialsFile(join(place, `${node}.json`))] as const),
    ),
  );
}

/** Write the credentials of nodes that joined an epoch beside those of the others; answers the files by node. */
export function addCredentials(
  plan: Plan,
  { deployment, keys }: Epoch,
  credentials: ReadonlyMap<string, StoreCredentials>,
  folder?: string,
): Promise<ReadonlyMap<string, string>> {
  if (credentials.size === 0) return Promise.resolve(new Map());
  return writeCredentials(placeOf(plan, folder), { deployment, epoch: keys.epoch, credentials });
}

/** Where the credentials of a node are that joined later; undefined when the nodes have none of their own. */
export function credentialsBeside(files: ReadonlyMap<string, string>, node: string): string | undefined {
  const [known] = files.values();
  return known === undefined ? undefined : join(dirname(known), `${node}.json`);
}

function placeOf(plan: Plan, folder: string | undefined): string {
  return folder === undefined ? join(stateDirectory(plan.directory, plan.deployment), 'credentials') : resolve(folder);
}
