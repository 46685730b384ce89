import { HeddleError, isLoopbackHost, type StoreCredentials } from '@heddle/core';

const DEFAULT_PORT = 2181;
const SHAPE = /^zks?:\/\/(?:(?<user>[^/@]*)@)?(?<servers>[^/@?#]*)(?<root>\/[^?#]*)?$/s;
const SERVER = /^(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[^\s:[\]]+))(?::(?<port>\d+))?$/;

/** One server of an ensemble. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a store URL says. */
export interface ZookeeperUrl {
  readonly servers: readonly ServerAddress[];
  /** Absolute path of the znode that holds everything, without a slash at its end; `/` is the empty text. */
  readonly root: string;
  readonly credentials: StoreCredentials | undefined;
  readonly isEncrypted: boolean;
  /** The URL without user and password, for messages. */
  readonly shown: string;
}

/**
 * Read `zk://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]...][/ROOT]`; the port is 2181 unless it is said. With TLS
 * `zks://`, whose port has to be said: ZooKeeper has no usual one for it.
 *
 * @throws config-invalid, naming the URL without user and password.
 */
export function parseStoreUrl(url: string): ZookeeperUrl {
  const shown = withoutCredentials(url);
  if (/\/\/[^@]*\/.*@/s.test(url)) throw invalid(shown, 'before an "@" a "/" has to be written as %2F');
  const parts = SHAPE.exec(url)?.groups;
  if (!parts)
    throw invalid(shown, /^zks?:\/\//.test(url) ? 'it cannot be read' : 'it does not start with "zk://" or "zks://"');
  const isEncrypted = url.startsWith('zks:');
  const servers = (parts['servers'] ?? '').split(',').map((text) => parseServer(text, isEncrypted, shown));
  const root = (parts['root'] ?? '').replace(/\/$/, '');
  checkRoot(root, shown);
  const { user } = parts;
  const credentials = user === undefined ? undefined : parseCredentials(user, shown);
  return { servers, root, credentials, isEncrypted, shown };
}

/** True when nothing that goes to these servers leaves this machine. */
export function isLoopback(servers: readonly ServerAddress[]): boolean {
  return servers.every(({ host }) => isLoopbackHost(host));
}

/**
 * Check what the digest scheme needs: a user without a colon, and neither of the two empty.
 * @throws config-invalid
 */
export function checkCredentials({ user, password }: StoreCredentials, shown: string): void {
  if (user === '' || user.includes(':')) throw invalid(shown, 'the user is empty or has a colon');
  if (password === '') throw invalid(shown, 'the password is empty');
}

function parseServer(text: string, isEncrypted: boolean, shown: string): ServerAddress {
  const parts = SERVER.exec(text)?.groups;
  const host = parts?.['v6'] ?? parts?.['name'];
  if (host === undefined) throw invalid(shown, text === '' ? 'a host is missing' : `"${text}" is no HOST or HOST:PORT`);
  if (isEncrypted && parts?.['port'] === undefined)
    throw invalid(shown, `"${host}" has no port: say that of the server's secureClientPort`);
  const port = Number(parts?.['port'] ?? DEFAULT_PORT);
  if (port < 1 || port > 65_535) throw invalid(shown, `${port} is no port`);
  return { host, port };
}

function checkRoot(root: string, shown: string): void {
  for (const segment of root.split('/').slice(1)) {
    if (!/^[\w.:%+=-]+$/.test(segment) || segment === '.' || segment === '..') {
      throw invalid(shown, `"${segment}" cannot be a part of the root; letters, digits and . : % + = _ - can`);
    }
  }
  if (/^\/zookeeper(\/|$)/.test(root)) throw invalid(shown, '/zookeeper belongs to the server');
}

function parseCredentials(text: string, shown: string): StoreCredentials {
  const colon = text.indexOf(':');
  if (colon === -1) throw invalid(shown, 'before the "@" there has to be USER:PASSWORD');
  try {
    return { user: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    // The cause would show the password.
    throw invalid(shown, 'user and password have to be percent-encoded');
  }
}

function withoutCredentials(url: string): string {
  const end = url.lastIndexOf('@');
  if (end === -1) return url;
  return `${/^[a-z]+:\/\//.exec(url)?.[0] ?? ''}${url.slice(end + 1)}`;
}

function invalid(shown: string, problem: string): HeddleError {
  return new HeddleError('config-invalid', `store URL "${shown}": ${problem}`, {
    next: ['write zk://HOST:PORT,HOST:PORT/ROOT'],
  });
}
