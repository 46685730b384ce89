import { readFile } from 'node:fs/promises';
import { HeddleError, type StoreCredentials } from '@heddle/core';
import { readCredentialsFile } from './credentials-file.ts';
import { tlsVariables } from './tls.ts';

const userVariable = 'HEDDLE_STORE_USER';
const passwordVariable = 'HEDDLE_STORE_PASSWORD';
const fileVariable = 'HEDDLE_STORE_PASSWORD_FILE';

/** The file of one node's credentials. */
export const credentialsVariable = 'HEDDLE_STORE_CREDENTIALS_FILE';

/** The variables that say as whom to connect. */
export const userVariables: readonly string[] = [userVariable, passwordVariable, fileVariable, credentialsVariable];

/** The variables that say who connects to the store, and how; they are none of the roles' business. */
export const credentialVariables: readonly string[] = [...userVariables, ...tlsVariables];

/**
 * Read who connects to the store: from the file that HEDDLE_STORE_CREDENTIALS_FILE names, which `heddle seed` wrote for a node, else from
 * HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD, or HEDDLE_STORE_PASSWORD_FILE (its first line).
 *
 * @returns undefined when no user is named.
 * @throws config-invalid when there is a user without a password, or a file cannot be read.
 */
export async function readCredentials(environment: NodeJS.ProcessEnv): Promise<StoreCredentials | undefined> {
  const file = environment[credentialsVariable];
  if (file !== undefined && file !== '') return readCredentialsFile(file);
  const user = environment[userVariable];
  if (user === undefined || user === '') return undefined;
  const password = environment[passwordVariable] ?? (await readPasswordFile(environment[fileVariable]));
  if (password !== undefined && password !== '') return { user, password };
  throw new HeddleError('config-invalid', `${userVariable} names ${user}, and there is no password for it`, {
    next: [`set ${fileVariable} to a file that holds it`],
  });
}

async function readPasswordFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined;
  try {
    const text = await readFile(file, 'utf8');
    return text.split('\n')[0]?.replace(/\r$/, '');
  } catch (cause) {
    throw new HeddleError('config-invalid', `${fileVariable}: ${(cause as Error).message}`, {
      cause,
      next: [`set ${fileVariable} to a file that holds the password and that this user may read`],
    });
  }
}
