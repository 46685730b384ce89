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
      details: ofCertificates,
    });
  }
}

/** Details of an error whose cause is a certificate, such as one that is not trusted: who opened the store says which files to look at. */
export const ofCertificates = { certificates: true } as const;

/** True for an error with these details. */
export function isOfCertificates({ details }: HeddleError): boolean {
  return details['certificates'] === true;
}
