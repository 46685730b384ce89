import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions, Store, StoreCredentials } from '@heddle/core';
import {
  builtPackage,
  collectBackendParts,
  createTcpProxy,
  type EtcdOptions,
  type EtcdServer,
  type StoreBackend,
  startEtcd,
  type TcpProxy,
} from '@heddle/testkit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import driver from '../../src/index.ts';

const START_TIMEOUT_MS = 120_000;

/** The compiled package, for plain Node processes. */
export const built = builtPackage(new URL('../../', import.meta.url));

/** One etcd for all tests of a file; it runs from before the first to after the last. */
export function useEtcd(options: EtcdOptions = {}): () => EtcdServer {
  let server: EtcdServer | undefined;
  beforeAll(async () => {
    server = await startEtcd(options);
  }, START_TIMEOUT_MS);
  afterAll(() => server?.close());
  return () => {
    if (server === undefined) throw new Error('the server has not been started');
    return server;
  };
}

/** The URL of an empty place on a server. */
export function freshUrl(server: { readonly url: string }): string {
  return `${server.url}/${randomUUID()}`;
}

/** Open a store that is closed after the test. */
export async function open(url: string, options?: OpenStoreOptions): Promise<Store> {
  const store = await driver.open(url, options);
  onTestFinished(() => store.close());
  return store;
}

/** Start a proxy that is closed after the test; answers it and the same URL through it. */
export async function throughProxy(
  server: { readonly host: string; readonly port: number },
  url: string,
): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const proxy = await createTcpProxy(() => server);
  onTestFinished(() => proxy.close());
  return { proxy, url: withPort(url, proxy.port) };
}

/** A backend on a shared server: a root of its own, connections that can be cut, and a server that can be stopped; `all` goes for every connection. */
export async function backendOn(
  server: EtcdServer,
  all: OpenStoreOptions = {},
  url = freshUrl(server),
): Promise<StoreBackend> {
  const { open: openPart, openThroughProxy, encryption, before, dispose } = collectBackendParts(driver);
  before(() => server.start());
  return {
    open: (options) => openPart(url, { ...options, ...all }),
    faults: { stop: () => server.stop(), start: () => server.start(), kill: () => server.kill() },
    openCuttable: (options) =>
      openThroughProxy(
        () => server,
        (port) => withPort(url, port),
        { ...options, ...all },
      ),
    encryption: encryption((tls) => startEtcd({ tls })),
    child: { module: built.module, url },
    dispose,
  };
}

/** A backend on a shared server with users: `root`, who may do everything, and `agent`, who gets rights below `public` alone. */
export async function backendWithUsers(server: EtcdServer, root: StoreCredentials, agent: StoreCredentials) {
  const url = freshUrl(server);
  const { open: openPart, openThroughProxy, dispose } = collectBackendParts(driver);
  const asRoot = (options?: OpenStoreOptions): OpenStoreOptions => ({ ...options, credentials: root });
  const user = `${encodeURIComponent(root.user)}:${encodeURIComponent(root.password)}`;
  const backend: StoreBackend = {
    open: (options) => openPart(url, asRoot(options)),
    openCuttable: (options) =>
      openThroughProxy(
        () => server,
        (port) => withPort(url, port),
        asRoot(options),
      ),
    async openStranger() {
      await grant(server, agent.user, 'readwrite', `${new URL(url).pathname}/public/`);
      return openPart(url, { credentials: agent });
    },
    child: { module: built.module, url: url.replace('//', `//${user}@`) },
    dispose,
  };
  return backend;
}

/** A backend on a shared server with users, whose administrator hands out rights to nodes. */
export async function backendWithGrants(server: EtcdServer, administrator: StoreCredentials): Promise<StoreBackend> {
  const url = freshUrl(server);
  const { open: openPart, dispose } = collectBackendParts(driver);
  const openAs = (credentials: StoreCredentials) => openPart(url, { credentials });
  const openAdministrator = () => openAs(administrator);
  return { open: openAdministrator, grants: { openAdministrator, openAs }, dispose };
}

/** Give a user a right to a prefix. */
export async function grant(
  server: EtcdServer,
  user: string,
  right: 'read' | 'readwrite',
  prefix: string,
): Promise<void> {
  const role = randomUUID();
  await server.control(['role', 'add', role]);
  await server.control(['role', 'grant-permission', role, right, '--prefix=true', prefix]);
  await server.control(['user', 'grant-role', user, role]);
}

function withPort(url: string, port: number): string {
  return url.replace(/:\d+\//, `:${port}/`);
}
