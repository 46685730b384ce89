import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Key, OpenStoreOptions, Store, StoreDriver } from '@heddle/core';
import embedded, { serveEmbedded } from '@heddle/store-embedded';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import { type CuttableStore, collectBackendParts, startEtcd, startZookeeper } from '@heddle/testkit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

/** A part of a real server that one test has for itself. */
export interface TestStores {
  open(options?: OpenStoreOptions): Promise<Store>;
  /** Through a proxy that can be cut. */
  openCuttable(options?: OpenStoreOptions): Promise<CuttableStore>;
}

interface Server {
  readonly url: string;
  close(): Promise<void>;
}

const kinds: Record<string, { readonly driver: StoreDriver; readonly start: () => Promise<Server> }> = {
  embedded: {
    driver: embedded,
    async start() {
      const folder = mkdtempSync(join(tmpdir(), 'heddle-gather-'));
      const server = await serveEmbedded(folder, { listen: { port: 0 } });
      return {
        url: server.url,
        async close() {
          await server.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  },
  zk: { driver: zookeeper, start: () => startZookeeper() },
  etcd: { driver: etcd, start: () => startEtcd() },
};

/** The stores that the gather has to work on. */
export const storeNames = Object.keys(kinds);

/** Start a server for the tests of a `describe`; each call of the answer gives one test its part of it. */
export function useStores(name: string): () => TestStores {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no store ${name}`);
  const { driver, start } = kind;
  const servers: Server[] = [];
  beforeAll(async () => void servers.push(await start()));
  afterAll(() => Promise.all(servers.splice(0).map((server) => server.close())));
  return () => {
    const [server] = servers;
    if (server === undefined) throw new Error('the server has not been started');
    const { host, hostname, port } = new URL(server.url);
    const parts = collectBackendParts(driver);
    onTestFinished(() => parts.dispose());
    const root = name === 'embedded' ? '' : `/${randomUUID()}`;
    return {
      open: (options) => parts.open(`${server.url}${root}`, options),
      openCuttable: (options) =>
        parts.openThroughProxy(
          () => ({ host: hostname, port: Number(port) }),
          (own) => `${server.url.replace(host, `127.0.0.1:${own}`)}${root}`,
          options,
        ),
    };
  };
}

/** Resolve with the first entry of a key that is as wanted; `undefined` stands for its absence. */
export function until<T>(store: Store, key: Key, isWanted: (record: T | undefined) => boolean): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const see = (record: T | undefined): void => {
      if (!isWanted(record)) return;
      resolve(record);
      setImmediate(() => void watch.close());
    };
    let isThere = false;
    const watch = store.watch(key, {
      state(entry) {
        if (entry.key.length !== key.length) return;
        isThere = true;
        see(JSON.parse(Buffer.from(entry.value).toString()) as T);
      },
      gone(path) {
        if (path.length !== key.length) return;
        isThere = false;
        see(undefined);
      },
      synced: () => (isThere ? undefined : see(undefined)),
      status: () => undefined,
      failed: reject,
    });
  });
}

/** A promise and what resolves it. */
export function signal(): { readonly given: Promise<void>; give(): void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
