import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenStoreOptions, Store } from '@heddle/core';
import { createTcpProxy, type StoreBackend } from '@heddle/testkit';
import driver, { serveEmbedded } from '../../src/index.ts';
import { builtModule, startHostProcess, startServerProcess } from './processes.ts';

interface Parts {
  readonly folder: string;
  open(url: string, options?: OpenStoreOptions): Promise<Store>;
  cleanup(work: () => Promise<void>): void;
  /** Done before the stores are closed: they would wait for a server that is stopped. */
  revive(work: () => void): void;
  dispose(): Promise<void>;
}

function createParts(): Parts {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  const stores: Store[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  const revivals: (() => void)[] = [];
  return {
    folder: join(parent, 'store'),
    async open(url, options) {
      const store = await driver.open(url, options);
      stores.push(store);
      return store;
    },
    cleanup: (work) => void cleanups.push(work),
    revive: (work) => void revivals.push(work),
    async dispose() {
      for (const work of revivals) work();
      try {
        await Promise.all(stores.map((store) => store.close()));
      } finally {
        await Promise.all(cleanups.map((work) => work()));
        rmSync(parent, { recursive: true, force: true });
      }
    },
  };
}

/** All connections in this process; the host is the first or the second that is opened. */
export async function inProcess(hostIs: 'first' | 'second'): Promise<StoreBackend> {
  const { folder, open, dispose } = createParts();
  const url = `embedded:${folder}`;
  const host = hostIs === 'second' ? await open(url) : undefined;
  let opened = 0;
  return {
    async open(options) {
      opened += 1;
      return host && opened === 2 ? host : open(url, options);
    },
    child: { module: builtModule, url },
    dispose,
  };
}

/** The host is another process, which can be stopped and continued. */
export async function hostProcess(): Promise<StoreBackend> {
  const { folder, open, cleanup, revive, dispose } = createParts();
  const host = await startHostProcess(folder);
  cleanup(() => host.kill());
  revive(() => host.continue());
  const url = `embedded:${folder}`;
  return {
    open: (options) => open(url, options),
    faults: {
      stop: async () => host.stop(),
      start: async () => host.continue(),
    },
    dispose,
  };
}

/** A server on TCP in this process. */
export async function tcpServer(): Promise<StoreBackend> {
  const { folder, open, cleanup, dispose } = createParts();
  const server = await serveEmbedded(folder, { listen: { port: 0 } });
  cleanup(() => server.close());
  const target = { host: '127.0.0.1', port: Number(new URL(server.url).port) };
  return {
    open: (options) => open(server.url, options),
    async openCuttable(options) {
      const proxy = await createTcpProxy(() => target);
      cleanup(() => proxy.close());
      const store = await open(`heddle://127.0.0.1:${proxy.port}`, options);
      return { store, cut: () => proxy.cut(), heal: () => proxy.heal() };
    },
    child: { module: builtModule, url: server.url },
    dispose,
  };
}

/** A server process on TCP, which can be killed and started anew; a proxy gives it an address that stays. */
export async function tcpServerProcess(): Promise<StoreBackend> {
  const { folder, open, cleanup, dispose } = createParts();
  let server = await startServerProcess(folder);
  cleanup(() => server.process.kill());
  const proxy = await createTcpProxy(() => ({ host: '127.0.0.1', port: server.port }));
  cleanup(() => proxy.close());
  return {
    open: (options) => open(`heddle://127.0.0.1:${proxy.port}`, options),
    faults: {
      stop: () => server.process.kill(),
      async start() {
        server = await startServerProcess(folder);
      },
    },
    dispose,
  };
}
