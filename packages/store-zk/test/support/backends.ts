import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { OpenStoreOptions, Store } from '@heddle/core';
import { createTcpProxy, type StoreBackend, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import driver from '../../src/index.ts';

/** The built module, for plain Node processes. */
export const builtModule = pathToFileURL(new URL('../../dist/index.js', import.meta.url).pathname).href;

/** A part of a server that nobody else uses. */
export function newRoot(): string {
  return `/test/${randomUUID()}`;
}

interface Parts {
  open(url: string, options?: OpenStoreOptions): Promise<Store>;
  cleanup(work: () => Promise<void>): void;
  dispose(): Promise<void>;
}

function createParts(): Parts {
  const stores: Store[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  return {
    async open(url, options) {
      const store = await driver.open(url, options);
      stores.push(store);
      return store;
    },
    cleanup: (work) => void cleanups.push(work),
    async dispose() {
      try {
        await Promise.all(stores.map((store) => store.close()));
      } finally {
        for (const work of cleanups.reverse()) await work();
      }
    },
  };
}

/** A fresh root on a server that others use, too; reached directly, or through a proxy that can be cut. */
export async function sharedServer(server: ZookeeperServer, user = ''): Promise<StoreBackend> {
  const { open, cleanup, dispose } = createParts();
  const root = newRoot();
  const urlTo = (port: number): string => `zk://${user}127.0.0.1:${port}${root}`;
  return {
    open: (options) => open(urlTo(server.port), options),
    async openCuttable(options) {
      const proxy = await createTcpProxy(() => ({ host: '127.0.0.1', port: server.port }));
      cleanup(() => proxy.close());
      const store = await open(urlTo(proxy.port), options);
      return { store, cut: () => proxy.cut(), heal: () => proxy.heal() };
    },
    child: { module: builtModule, url: urlTo(server.port) },
    dispose,
  };
}

/** A server of its own that is frozen, or killed and started again. */
export async function ownServer(fault: 'frozen' | 'killed'): Promise<StoreBackend> {
  const { open, dispose } = createParts();
  const server = await startZookeeper();
  const url = `${server.url}${newRoot()}`;
  return {
    open: (options) => open(url, options),
    faults: {
      stop: () => (fault === 'frozen' ? server.stop() : server.kill()),
      start: () => server.start(),
    },
    async dispose() {
      // Stores that close would wait for a server that is stopped.
      await server.start();
      try {
        await dispose();
      } finally {
        await server.close();
      }
    },
  };
}
