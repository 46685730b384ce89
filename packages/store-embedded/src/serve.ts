import { resolve } from 'node:path';
import { HeddleError } from '@heddle/core';
import { lockHolder } from './folder-lock.ts';
import { type ListenAddress, prepareFolder, tryHost } from './host.ts';

/** A server that runs until it is closed. */
export interface EmbeddedServer {
  /** `heddle://HOST:PORT` when it listens on TCP, otherwise `embedded:DIR`. */
  readonly url: string;
  /** Finish the writes that are queued, hang up, give the folder free. */
  close(): Promise<void>;
}

/**
 * Serve a folder, and on request a TCP address, until `close`.
 *
 * Without TLS and credentials anybody who reaches the TCP address reads and writes everything: it is 127.0.0.1 unless the
 * caller names another one.
 * @param dir  The folder; relative to the working directory. It is made when it is missing.
 * @throws unavailable when another process serves the folder, or the address cannot be bound; corrupt; config-invalid
 */
export async function serveEmbedded(
  dir: string,
  options: { readonly listen?: ListenAddress } = {},
): Promise<EmbeddedServer> {
  const folder = resolve(dir);
  prepareFolder(folder);
  const host = await tryHost(folder, options.listen).catch((error: unknown) =>
    Promise.reject(asUnavailable(folder, error)),
  );
  if (!host) throw served(folder);
  const url = host.tcp
    ? `heddle://${bracketed(options.listen?.host ?? '127.0.0.1')}:${host.tcp.port}`
    : `embedded:${folder}`;
  return { url, close: () => host.stop() };
}

function served(folder: string): HeddleError {
  const holder = lockHolder(folder);
  const who = holder === undefined ? 'another process' : `process ${holder}`;
  return new HeddleError('unavailable', `the store's folder ${folder} is already served by ${who}`, {
    next: [`open embedded:${folder} to use that server`],
  });
}

function asUnavailable(folder: string, error: unknown): unknown {
  if (error instanceof HeddleError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new HeddleError('unavailable', `the store's folder ${folder} cannot be served: ${reason}`, { cause: error });
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
