import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authoritiesVariable, credentialsVariable } from '@heddle/agent';
import { HeddleError, isMap, type Json } from '@heddle/core';
import { checkGrantee } from '../deployment/check-grantee.ts';
import type { NodeFile } from './node-file.ts';

/**
 * Connect to the store as what the files beside the machine's node file say: as the node of `credentials.json`, trusting `store-ca.pem`.
 *
 * Either may be empty: then all machines connect alike, and trust what Node.js does. Members of a group share the file, which then has those
 * of all by node. One that does not know yet which of them it is connects as any of them.
 *
 * @param directory  The node's own working folder.
 * @throws config-invalid when the credentials cannot be read or are another node's.
 */
export async function useOwnCredentials(
  nodeFile: string,
  { deployment, epoch, node }: NodeFile,
  directory: string,
): Promise<void> {
  const beside = (name: string) => join(dirname(nodeFile), name);
  if (await hasText(beside('store-ca.pem'))) process.env[authoritiesVariable] = beside('store-ca.pem');
  const file = beside('credentials.json');
  if (!(await hasText(file))) return;
  const members = await membersIn(file);
  process.env[credentialsVariable] =
    members === undefined ? file : await writeOwn(join(directory, 'credentials.json'), memberOf(members, node, file));
  await checkGrantee({ deployment, epoch, node });
}

type Members = { readonly [node: string]: Json };

/** The credentials of several nodes; undefined for a file that is one node's, or none: who reads it says so. */
async function membersIn(file: string): Promise<Members | undefined> {
  try {
    const data = JSON.parse(await readFile(file, 'utf8')) as Json;
    return isMap(data) && !Object.hasOwn(data, 'heddleCredentials') ? data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function memberOf(members: Members, node: string | undefined, file: string): Json {
  const name = node ?? Object.keys(members)[0] ?? '';
  const own = Object.hasOwn(members, name) ? members[name] : undefined;
  if (own !== undefined) return own;
  throw new HeddleError('config-invalid', `${file} has no credentials of node ${name}`, {
    next: ['create the stack with the environment that heddle seed has written for this plan'],
  });
}

/** @returns The file, which only its owner reads. */
async function writeOwn(file: string, credentials: Json): Promise<string> {
  // Removed first: a file that exists would keep its mode.
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

async function hasText(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() !== '';
}
