import { credentialsVariable, readGrantee } from '@heddle/agent';

/**
 * The epoch to look at: the one that was named, else that of the node's own credentials, which may not ask which one is current.
 *
 * @returns undefined: the current one.
 * @throws config-invalid for a credentials file that cannot be read.
 */
export async function chosenEpoch(named: string | undefined): Promise<string | undefined> {
  const file = process.env[credentialsVariable] ?? '';
  return named ?? (file === '' ? undefined : (await readGrantee(file)).epoch);
}
