import { readFile } from 'node:fs/promises';
import { HeddleError, type StoreCredentials } from '@heddle/core';

const userVariable = 'HEDDLE_STORE_USER';
const passwordVariable = 'HEDDLE_STORE_PASSWORD';
const fileVariable = 'HEDDLE_STORE_PASSWORD_FILE';

/** The variables that say who connects to the store; they are none of the roles' business. */
export const credentialVariables = [userVariable, passwordVariable, fileVariable] as const;

/**
 * Read who connects to the store from HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD, or HEDDLE_STORE_PASSWORD_FILE (its first line).
 *
 * @returns undefined when no user is named.
 * @throws config-invalid when there is a user without a password, or the file cannot be read.
 */
export async function readCredentials(environment: NodeJS.ProcessEnv): Promise<StoreCredentials | undefined> {
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
