import { checkKey, HeddleError, isLoopbackHost, type Key, type StoreCredentials } from '@heddle/core';

const DEFAULT_PORT = 2379;
const DEFAULT_ROOT: Key = ['heddle'];

/** A member of an etcd cluster. */
export interface EtcdHost {
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  readonly name: string;
  readonly port: number;
}

/** Where a store URL points to. */
export interface EtcdAddress {
  readonly hosts: readonly [EtcdHost, ...EtcdHost[]];
  /** The segments below which everything is stored. */
  readonly root: Key;
  readonly credentials: StoreCredentials | undefined;
  readonly isEncrypted: boolean;
  /** The URL without user and password, for messages. */
  readonly shown: string;
}

/**
 * Read `etcd://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]...][/ROOT]`, or the same with `etcds://` for TLS.
 *
 * PORT is 2379 unless it is there, ROOT is `heddle`. USER, PASSWORD and ROOT are percent-decoded.
 * @throws config-invalid, naming the problem and the URL without user and password.
 */
export function parseEtcdUrl(url: string): EtcdAddress {
  // Whatever stands before the last "@" of the URL may be a password.
  const shown = url.replace(/^([a-z]*:\/*).*@/s, '$1');
  const fail = (problem: string): never => {
    throw new HeddleError('config-invalid', `store URL "${shown}": ${problem}`, {
      next: ['write etcd://HOST:PORT/ROOT, with several hosts as HOST:PORT,HOST:PORT'],
    });
  };
  const scheme = /^etcds?:\/\//.exec(url)?.[0];
  if (scheme === undefined) return fail('it does not start with "etcd://" or "etcds://"');
  if (/[?#\s]/.test(shown)) return fail('a "?", a "#" or a space means nothing in it');
  const rest = url.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  if (/[/@]/.test(rest.slice(0, Math.max(0, at)))) {
    return fail('before its last "@" a "/" has to be written as %2F, and an "@" as %40');
  }
  const [authority = '', ...path] = rest.slice(at + 1).split('/');
  const hosts = authority.split(',').map((text) => parseHost(text) ?? fail(`"${text}" is not HOST or HOST:PORT`));
  const [first, ...others] = hosts;
  if (first === undefined) return fail('it names no host');
  return {
    hosts: [first, ...others],
    root: parseRoot(path, fail),
    credentials: at === -1 ? undefined : parseUser(rest.slice(0, at), fail),
    isEncrypted: scheme === 'etcds://',
    shown,
  };
}

/** True when no way to any of the hosts leaves this machine. */
export function isLoopback(hosts: readonly EtcdHost[]): boolean {
  return hosts.every(({ name }) => isLoopbackHost(name));
}

function parseHost(text: string): EtcdHost | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(found?.[2] ?? DEFAULT_PORT);
  if (found?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  return { name: found[1].toLowerCase(), port };
}

function parseRoot(path: readonly string[], fail: (problem: string) => never): Key {
  const segments = path.at(-1) === '' ? path.slice(0, -1) : path;
  if (segments.length === 0) return DEFAULT_ROOT;
  try {
    const root = segments.map(decodeURIComponent);
    checkKey(root);
    return root;
  } catch (error) {
    return fail(`its root /${segments.join('/')} cannot be one: ${(error as Error).message}`);
  }
}

function parseUser(text: string, fail: (problem: string) => never): StoreCredentials {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return fail('before the "@" it has to say USER:PASSWORD');
  try {
    return { user: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return fail('a "%" in the user or password has to be written as %25');
  }
}
