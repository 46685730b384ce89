import { readFile } from 'node:fs/promises';
import { checkTls, HeddleError, type StoreTls } from '@heddle/core';

const variables = {
  authorities: 'HEDDLE_STORE_CA_FILE',
  certificate: 'HEDDLE_STORE_CERT_FILE',
  key: 'HEDDLE_STORE_KEY_FILE',
} as const;

/** Names the file of the authorities that an encrypted connection trusts. */
export const authoritiesVariable = variables.authorities;

/** The variables that name the files of an encrypted connection; they are none of the roles' business. */
export const tlsVariables: readonly string[] = Object.values(variables);

/** The same for messages: `A, B and C`. */
export const certificateVariables = `${variables.authorities}, ${variables.certificate} and ${variables.key}`;

/**
 * Read what an encrypted connection trusts and shows from the PEM files that HEDDLE_STORE_CA_FILE, HEDDLE_STORE_CERT_FILE and
 * HEDDLE_STORE_KEY_FILE name.
 *
 * @returns undefined when none is named.
 * @throws config-invalid for a file that cannot be read or holds something else, for what Node cannot use, and for a certificate without its key or the reverse.
 */
export async function readTls(environment: NodeJS.ProcessEnv): Promise<StoreTls | undefined> {
  const given = Object.entries(variables).filter(([, variable]) => (environment[variable] ?? '') !== '');
  if (given.length === 0) return undefined;
  const names = new Set(given.map(([name]) => name));
  if (names.has('certificate') !== names.has('key')) {
    throw new HeddleError(
      'config-invalid',
      `a certificate and its key go together: set both ${variables.certificate} and ${variables.key}`,
    );
  }
  const read = given.map(async ([name, variable]) => [name, await readPem(variable, environment[variable] ?? '')]);
  const tls = Object.fromEntries(await Promise.all(read)) as StoreTls;
  checkTls(tls);
  return tls;
}

async function readPem(variable: string, file: string): Promise<string> {
  const next = [`${variable} names a PEM file, -----BEGIN ...`];
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HeddleError('config-invalid', `${variable}: ${(cause as Error).message}`, { cause, next });
  });
  if (text.includes('-----BEGIN ')) return text;
  throw new HeddleError('config-invalid', `${variable}: ${file} is not a PEM file`, { next });
}
