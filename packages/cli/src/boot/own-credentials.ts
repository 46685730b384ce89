import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authoritiesVariable, credentialsVariable } from '@heddle/agent';
import { checkGrantee } from '../deployment/check-grantee.ts';
import type { NodeFile } from './node-file.ts';

/**
 * Connect to the store as what the files beside the machine's node file say: as the node of `credentials.json`, trusting `store-ca.pem`.
 *
 * Either may be empty: then all machines connect alike, and trust what Node.js does.
 * @throws config-invalid when the credentials cannot be read or are another node's.
 */
export async function useOwnCredentials(nodeFile: string, { deployment, epoch, node }: NodeFile): Promise<void> {
  const beside = (name: string) => join(dirname(nodeFile), name);
  if (await hasText(beside('store-ca.pem'))) process.env[authoritiesVariable] = beside('store-ca.pem');
  if (!(await hasText(beside('credentials.json')))) return;
  process.env[credentialsVariable] = beside('credentials.json');
  await checkGrantee({ deployment, epoch, node });
}

async function hasText(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() !== '';
}
