import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions, Store, StoreDriver } from '@heddle/core';
import type { ServerTls } from '../servers/certificates.ts';
import type { TestServer } from '../servers/test-server.ts';
import { createTcpProxy } from './proxy.ts';
import type { CuttableStore, StoreEncryption } from './types.ts';

type Work = () => Promise<void> | void;

/** What a backend has opened and started, so that `dispose` can end all of it. */
export interface BackendParts {
  /** Open a store that `dispose` closes. */
  open(url: string, options?: OpenStoreOptions): Promise<Store>;
  /**
   * Open a store through a proxy that can be cut.
   *
   * @param server  Asked for each connection, so that a server may come back on another port.
   * @param urlOf   The URL with the proxy's port on 127.0.0.1.
   */
  openThroughProxy(
    server: () => { readonly host: string; readonly port: number },
    urlOf: (port: number) => string,
    options?: OpenStoreOptions,
  ): Promise<CuttableStore>;
  /** Make the encryption of a backend: servers that `dispose` ends, each with an empty place for its test. */
  encryption(start: (tls: ServerTls) => Promise<TestServer>): StoreEncryption;
  /** Do something before the stores are closed: they would wait for a server that is stopped. */
  before(work: Work): void;
  /** Do something after the stores are closed; the last registered first. */
  after(work: Work): void;
  /** End everything; the first failure is thrown after all has been tried. */
  dispose(): Promise<void>;
}

/** Begin to collect the parts of one backend. */
export function collectBackendParts(driver: StoreDriver): BackendParts {
  const stores: Store[] = [];
  const before: Work[] = [];
  const after: Work[] = [];
  const open = async (url: string, options?: OpenStoreOptions): Promise<Store> => {
    const store = await driver.open(url, options);
    stores.push(store);
    return store;
  };
  return {
    open,
    async openThroughProxy(server, urlOf, options) {
      const proxy = await createTcpProxy(server);
      after.push(() => proxy.close());
      const openAnother = (more?: OpenStoreOptions) => open(urlOf(proxy.port), { ...options, ...more });
      const store = await openAnother();
      return {
        store,
        openAnother,
        cut: () => proxy.cut(),
        cutReplies: () => proxy.cutReplies(),
        heal: () => proxy.heal(),
      };
    },
    encryption: (start) => ({
      async serve(tls) {
        const server = await start(tls);
        after.push(() => server.close());
        return { url: `${server.url}/${randomUUID()}`, restart: () => server.restart() };
      },
      open: (server, tls, more) => open(server.url, { ...more, tls }),
    }),
    before: (work) => void before.push(work),
    after: (work) => void after.push(work),
    async dispose() {
      const problems: unknown[] = [];
      const attempt = async (work: Work): Promise<void> => {
        try {
          await work();
        } catch (error) {
          problems.push(error);
        }
      };
      for (const work of before) await attempt(work);
      await Promise.all(stores.map((store) => attempt(() => store.close())));
      for (const work of after.reverse()) await attempt(work);
      if (problems.length > 0) throw problems[0];
    },
  };
}
