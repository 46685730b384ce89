import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { OpenStoreOptions, Store } from '@heddle/core';
import { createTcpProxy, type EtcdOptions, type EtcdServer, type StoreBackend, startEtcd } from '@heddle/testkit';
import { afterAll, beforeAll } from 'vitest';
import driver from '../../src/index.ts';

const START_TIMEOUT_MS = 120_000;

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

/** A backend on a shared server: a root of its own, connections that can be cut, and a server that can be stopped. */
export async function backendOn(server: EtcdServer): Promise<StoreBackend> {
  const url = freshUrl(server);
  const stores: Store[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  const open = async (at: string, options?: OpenStoreOptions): Promise<Store> => {
    const store = await driver.open(at, options);
    stores.push(store);
    return store;
  };
  return {
    open: (options) => open(url, options),
    faults: { stop: () => server.stop(), start: () => server.start() },
    async openCuttable(options) {
      const proxy = await createTcpProxy(() => server);
      cleanups.push(() => proxy.close());
      const at = new URL(url);
      at.port = String(proxy.port);
      const store = await open(at.href, options);
      return { store, cut: () => proxy.cut(), heal: () => proxy.heal() };
    },
    child: { module: builtModule, url },
    async dispose() {
      await server.start();
      try {
        await Promise.all(stores.map((store) => store.close()));
      } finally {
        await Promise.all(cleanups.map((work) => work()));
      }
    },
  };
}

/** The built module, for plain Node processes. */
export const builtModule = pathToFileURL(fileURLToPath(new URL('../../dist/index.js', import.meta.url))).href;

/** Build the package and what it needs; only one of several test files at a time, the others find it up to date. */
export function ensureBuilt(): void {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const lock = fileURLToPath(new URL('../../package.json', import.meta.url));
  const built = spawnSync('flock', [lock, `${root}/node_modules/.bin/tsc`, '-b', 'packages/store-etcd'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
}
