import { connect, isIP, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { HeddleError, ofCertificates } from '@heddle/core';
import type { LinkOptions } from './link.ts';

/** Begin to connect to a server; with TLS the socket is ready at `secureConnect`, else at `connect`. */
export function openSocket({ server: { host, port }, tls }: LinkOptions): Socket {
  if (tls === undefined) return connect({ host, port });
  const { authorities: ca, certificate: cert, key } = tls;
  // An address is no name that a server could be asked for; its certificate is checked for it all the same.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectEncrypted({ host, port, ca, cert, key, ...name });
}

/** The error of a link whose socket has closed; `reason` is the socket's own error, if it had one. */
export function closedError(reason: Error | undefined): HeddleError {
  return certificateError(reason) ?? lostError(reason?.message ?? 'the server hung up', reason);
}

/** The error of a link that is lost: unavailable. */
export function lostError(text: string, cause?: unknown): HeddleError {
  return new HeddleError('unavailable', text, { cause });
}

/** One side does not trust the other: trying again does not help. */
function certificateError(reason: Error | undefined): HeddleError | undefined {
  if (reason === undefined) return undefined;
  const { code = '', message } = reason as NodeJS.ErrnoException;
  const alert = /alert ([a-z ]+):/.exec(message)?.[1];
  const isRefused = alert !== undefined && /certificate|unknown ca|access denied|handshake failure/.test(alert);
  if (!isRefused && !/^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/.test(code))
    return undefined;
  const text = isRefused ? `it refuses the certificate that this side shows, or misses one: ${alert}` : message;
  return new HeddleError('denied', text, {
    cause: reason,
    details: ofCertificates,
  });
}
