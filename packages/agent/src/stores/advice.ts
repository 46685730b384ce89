import { HeddleError, isOfCertificates } from '@heddle/core';
import { certificateVariables } from './tls.ts';

/**
 * Say beside an error of opening a store what to do about it, where the store cannot: it does not know which variables and files its
 * certificates and credentials came from.
 *
 * @param credentialsFile  The file that says who connects; undefined: there is none.
 */
export function withAdvice(error: HeddleError, credentialsFile: string | undefined): HeddleError {
  const next = adviceFor(error, credentialsFile);
  if (next === undefined) return error;
  const { code, message, notes, details } = error;
  return new HeddleError(code, message, { notes, details, cause: error, next });
}

/** What to do about a store that does not answer. */
export const howToReach = 'check that the store runs and that this machine reaches it';

function adviceFor(error: HeddleError, credentialsFile: string | undefined): readonly string[] | undefined {
  if (isOfCertificates(error)) {
    return error.code === 'config-invalid'
      ? [`look into the files of ${certificateVariables}: does the key belong to the certificate?`]
      : [`check ${certificateVariables}, and the name in the store URL`];
  }
  if (error.code === 'denied' && credentialsFile !== undefined) {
    return [
      `the epoch that ${credentialsFile} is for may be closed: heddle status shows which is current`,
      'heddle seed wrote new credentials for every node: copy those of this one here',
    ];
  }
  return error.code === 'unavailable' && error.next.length === 0 ? [howToReach] : undefined;
}
