import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { OpenStoreOptions, Store } from '@heddle/core';
import { createTcpProxy, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Identity } from '../../src/access/identity.ts';
import { openLink } from '../../src/client.ts';
import driver from '../../src/index.ts';
import type { Link } from '../../src/link.ts';
import { newRoot } from './backends.ts';

/** A way to the server. */
export interface Way {
  readonly url: string;
  /** Neither requests nor answers pass; new connections get no answer. What was on its way is lost. */
  cut(): void;
  /** Requests of the present connections still pass, answers do not; new connections get no answer. */
  cutAnswers(): void;
  /** Drop the present connections, and let new ones pass. */
  heal(): void;
}

/** One server for all tests of a file; each test takes a root of its own. */
export interface SharedServer {
  readonly port: number;
  newUrl(user?: string): string;
  /** How many requests it has had. */
  requests(): Promise<number>;
  /** Open a store that is closed after the test. */
  open(url: string, options?: OpenStoreOptions): Promise<Store>;
  /** A way to the server that can be cut, and the same root through it. */
  proxied(url: string): Promise<Way>;
  /** The server itself, to see and make znodes without the store, as these identities of the digest scheme. @default nobody */
  raw(identities?: readonly Identity[]): Promise<Link>;
}

/** Start the server of a test file, or of a part of one. */
export function useServer(): SharedServer {
  let server: ZookeeperServer | undefined;
  beforeAll(async () => {
    server = await startZookeeper();
  });
  afterAll(() => server?.close());
  const port = (): number => server?.port ?? 0;
  return {
    get port() {
      return port();
    },
    newUrl: (user = '') => `zk://${user}127.0.0.1:${port()}${newRoot()}`,
    async requests() {
      const answer = (await server?.ask('mntr')) ?? '';
      return Number(/^zk_packets_received\t(\d+)/m.exec(answer)?.[1]);
    },
    async open(url, options) {
      const store = await driver.open(url, options);
      onTestFinished(() => store.close());
      return store;
    },
    async proxied(url) {
      const target = { host: '127.0.0.1', port: port() };
      const hole = await createHole();
      let isOpen = true;
      const proxy = await createTcpProxy(() => (isOpen ? target : hole));
      onTestFinished(() => proxy.close());
      return {
        url: url.replace(`:${target.port}`, `:${proxy.port}`),
        cut: () => proxy.cut(),
        cutAnswers() {
          isOpen = false;
          proxy.cutReplies();
        },
        heal() {
          isOpen = true;
          proxy.heal();
        },
      };
    },
    async raw(identities = []) {
      const link = await openLink({
        server: { host: '127.0.0.1', port: port() },
        session: undefined,
        sessionTimeoutMs: 10_000,
        connectTimeoutMs: 10_000,
        identities,
        tls: undefined,
        signal: new AbortController().signal,
        lost: () => undefined,
      });
      onTestFinished(() => link.end());
      return link;
    },
  };
}

/** A server that takes connections and never says anything. */
async function createHole(): Promise<{ readonly host: string; readonly port: number }> {
  const sockets = new Set<Socket>();
  const hole = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  hole.listen(0, '127.0.0.1');
  await once(hole, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hole.close(resolve));
  });
  return { host: '127.0.0.1', port: (hole.address() as AddressInfo).port };
}

/** The root that a store URL names. */
export function rootOf(url: string): string {
  return new URL(url).pathname;
}
