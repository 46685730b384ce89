import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendParts, collectBackendParts, createTcpProxy, type StoreBackend } from '@heddle/testkit';
import driver, { serveEmbedded } from '../../src/index.ts';
import { built, startHostProcess, startServerProcess } from './processes.ts';

function partsInFolder(): BackendParts & { readonly folder: string } {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  const parts = collectBackendParts(driver);
  parts.after(() => rmSync(parent, { recursive: true, force: true }));
  return { ...parts, folder: join(parent, 'store') };
}

/** All connections in this process; the host is the first or the second that is opened. */
export async function inProcess(hostIs: 'first' | 'second'): Promise<StoreBackend> {
  const { folder, open, dispose } = partsInFolder();
  const url = `embedded:${folder}`;
  const host = hostIs === 'second' ? await open(url) : undefined;
  let opened = 0;
  return {
    async open(options) {
      opened += 1;
      return host && opened === 2 ? host : open(url, options);
    },
    child: { module: built.module, url },
    dispose,
  };
}

/** The host is another process, which can be stopped and continued. */
export async function hostProcess(): Promise<StoreBackend> {
  const { folder, open, before, after, dispose } = partsInFolder();
  const host = await startHostProcess(folder);
  after(() => host.kill());
  before(() => host.continue());
  const url = `embedded:${folder}`;
  return {
    open: (options) => open(url, options),
    faults: {
      stop: async () => host.stop(),
      start: async () => host.continue(),
      kill: () => host.kill(),
    },
    dispose,
  };
}

/** A server on TCP in this process. */
export async function tcpServer(): Promise<StoreBackend> {
  const { folder, open, openThroughProxy, after, dispose } = partsInFolder();
  const server = await serveEmbedded(folder, { listen: { port: 0 } });
  after(() => server.close());
  const target = { host: '127.0.0.1', port: Number(new URL(server.url).port) };
  return {
    open: (options) => open(server.url, options),
    openCuttable: (options) =>
      openThroughProxy(
        () => target,
        (port) => `heddle://127.0.0.1:${port}`,
        options,
      ),
    child: { module: built.module, url: server.url },
    dispose,
  };
}

/** A server process on TCP, which can be killed and started anew; a proxy gives it an address that stays. */
export async function tcpServerProcess(): Promise<StoreBackend> {
  const { folder, open, after, dispose } = partsInFolder();
  let server = await startServerProcess(folder);
  after(() => server.process.kill());
  const proxy = await createTcpProxy(() => ({ host: '127.0.0.1', port: server.port }));
  after(() => proxy.close());
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
