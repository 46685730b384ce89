import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authoritiesVariable, credentialsVariable, type Grantee, readGrantee } from '@heddle/agent';
import { checkGrantee } from '../deployment/check-grantee.ts';
import { fetchedFile } from './kept-credentials.ts';
import type { NodeFile } from './node-file.ts';

/**
 * Connect to the store as what the files beside the machine's node file say: as the node of `credentials.json`, trusting `store-ca.pem`.
 *
 * Either may be empty: then all machines connect alike, and trust what Node.js does. Members of a group share the file, which then is that of
 * one that joins it: a machine that has fetched the credentials of its node before connects with those.
 *
 * @param directory  The node's own working folder.
 * @returns The group that the machine joins, and has to fetch its own credentials of; undefined when it is a node to the store, or nobody.
 * @throws config-invalid when the credentials cannot be read or are another node's.
 */
export async function useOwnCredentials(
  nodeFile: string,
  { deployment, epoch, node }: NodeFile,
  directory: string,
): Promise<string | undefined> {
  const beside = (name: string) => join(dirname(nodeFile), name);
  if (await hasText(beside('store-ca.pem'))) process.env[authoritiesVariable] = beside('store-ca.pem');
  const file = beside('credentials.json');
  if (!(await hasText(file))) return undefined;
  const { group } = await readGrantee(file);
  const isFetched = group !== undefined && (await hasFetched(directory, { deployment, epoch, node }));
  process.env[credentialsVariable] = isFetched ? fetchedFile(directory) : file;
  const isJoining = group !== undefined && !isFetched;
  await checkGrantee({ deployment, epoch, ...(isJoining ? {} : { node }) });
  return isJoining ? group : undefined;
}

/** Whether this very node has fetched its credentials: an image made of another machine has those of that one. */
async function hasFetched(
  directory: string,
  { deployment, epoch, node }: Pick<NodeFile, 'deployment' | 'epoch' | 'node'>,
): Promise<boolean> {
  const file = fetchedFile(directory);
  if (node === undefined || !(await hasText(file))) return false;
  const kept: Grantee = await readGrantee(file);
  return kept.deployment === deployment && kept.epoch === epoch && kept.node === node;
}

async function hasText(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() !== '';
}
