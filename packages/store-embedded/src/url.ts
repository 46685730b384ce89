import { resolve } from 'node:path';
import { HeddleError, isLoopbackHost } from '@heddle/core';

/** Where a store URL points to. */
export type StoreAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Read `embedded:DIR` or `heddle://HOST:PORT`.
 *
 * DIR is taken as it stands, without percent-decoding; a relative one is relative to the working directory.
 * @throws config-invalid
 */
export function parseStoreUrl(url: string): StoreAddress {
  if (url.startsWith('embedded:')) return parseFolder(url);
  if (url.startsWith('heddle://')) return parseTcp(url);
  throw invalid(url.replace(/\/\/.*@/s, '//...@'), 'it starts with neither "embedded:" nor "heddle://"');
}

/** True for a server that other machines can reach: one on loopback is not. */
export function isReachedFromElsewhere(address: StoreAddress): boolean {
  return address.kind === 'tcp' && !isLoopbackHost(address.host);
}

function parseFolder(url: string): StoreAddress {
  const folder = url.slice('embedded:'.length);
  if (folder === '') throw invalid(url, 'the folder is missing');
  if (folder.includes('\u0000')) throw invalid(url, 'a folder cannot contain U+0000');
  return { kind: 'folder', folder: resolve(folder) };
}

function parseTcp(url: string): StoreAddress {
  // First of all, and wherever the "@" stands: what is wrong beside it must not show a password.
  if (url.includes('@')) throw invalid('heddle://...', 'credentials do not belong in it');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.hostname === '') throw invalid(url, 'no host can be read from it');
  if (parsed.port === '' || Number(parsed.port) === 0) throw invalid(url, 'the port is missing');
  const rest = parsed.pathname + parsed.search + parsed.hash;
  if (rest !== '' && rest !== '/') throw invalid(url, `"${rest}" after the port means nothing`);
  return { kind: 'tcp', host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(parsed.port) };
}

function invalid(url: string, problem: string): HeddleError {
  return new HeddleError('config-invalid', `store URL "${url}": ${problem}`, {
    next: ['write embedded:FOLDER or heddle://HOST:PORT'],
  });
}
