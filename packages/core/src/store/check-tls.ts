import { createSecureContext } from 'node:tls';
import { HeddleError } from '../errors/heddle-error.ts';
import type { StoreTls } from './store.ts';

/**
 * Let Node look at the certificates of an encrypted connection: what it cannot use would look like a server that does not answer.
 *
 * @throws config-invalid, for a key that does not belong to its certificate, for one; nothing of a key is shown.
 */
export function checkTls({ authorities: ca, certificate: cert, key }: StoreTls): void {
  try {
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    throw new HeddleError('config-invalid', `the certificates cannot be used: ${(cause as Error).message}`, {
      cause,
      next: [
        'look into the files of HEDDLE_STORE_CA_FILE, HEDDLE_STORE_CERT_FILE and HEDDLE_STORE_KEY_FILE: does the key belong to the certificate?',
      ],
    });
  }
}
