import { X509Certificate } from 'node:crypto';
import { operationName, type StoreTls } from '@heddle/core';
import type { Connection } from '../client/connection.ts';

/**
 * Say who a certificate is to etcd: its common name on a server that has users, undefined on one that lets everybody in.
 *
 * @throws store errors.
 */
export async function certificateUser(
  { operations }: Connection,
  tls: StoreTls | undefined,
): Promise<string | undefined> {
  const name = tls?.certificate === undefined ? undefined : commonName(tls.certificate);
  if (name === undefined) return undefined;
  const hasUsers = await operations.run(operationName('get', []), {}, ({ link, signal }) => link.hasUsers(signal));
  return hasUsers ? name : undefined;
}

function commonName(certificate: string): string | undefined {
  return /^CN=(.*)$/m.exec(new X509Certificate(certificate).subject)?.[1];
}
