import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenStoreOptions, Store, StoreDriver } from '@heddle/core';
import { createTcpProxy, pickOne, type TcpProxy, type TestServer } from '@heddle/testkit';

/** Something that goes wrong for a while; it is over when `happen` resolves. */
export interface Fault {
  readonly name: string;
  happen(random: () => number): Promise<void>;
}

/** Connections to a store, each with ways of its own, and what may go wrong with them and their servers. */
export interface Rig {
  readonly stores: readonly Store[];
  readonly faults: readonly Fault[];
  dispose(): Promise<void>;
}

/** A server as the rig has it: where it is now, and what can be done to it. */
export interface RigServer {
  readonly port: number;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A server for tests, as a rig has it. */
export function rigServerOf(server: TestServer): RigServer {
  return {
    port: server.port,
    freeze: () => server.stop(),
    thaw: () => server.start(),
    kill: () => server.kill(),
    start: () => server.start(),
  };
}

export interface RigOptions {
  readonly driver: StoreDriver;
  /** Each connection reaches one of them. */
  readonly servers: readonly RigServer[];
  readonly clientsPerServer: number;
  /** The URL of a server at a port on 127.0.0.1. */
  readonly urlOf: (port: number) => string;
  /** Milliseconds; a fault that ends sessions lasts longer. */
  readonly sessionTimeoutMs: number;
  readonly more?: readonly Fault[];
  readonly end: () => Promise<void>;
}

/** Connect clients to servers, each through a proxy of its own. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const { driver, servers, clientsPerServer, urlOf, sessionTimeoutMs } = options;
  const proxies: TcpProxy[] = [];
  const stores: Store[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await options.end();
  };
  try {
    const all = Array.from({ length: clientsPerServer }, () => servers).flat();
    for (const server of all) {
      const proxy = await createTcpProxy(() => ({ host: '127.0.0.1', port: server.port }));
      proxies.push(proxy);
      const open: OpenStoreOptions = { sessionTimeoutMs, connectTimeoutMs: 60_000 };
      stores.push(await driver.open(urlOf(proxy.port), open));
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  const faults = [...connectionFaults(proxies, sessionTimeoutMs), ...(options.more ?? []), ...serverFaults(servers)];
  return { stores, faults, dispose };
}

function connectionFaults(proxies: readonly TcpProxy[], sessionTimeoutMs: number): Fault[] {
  const some = (random: () => number): TcpProxy[] => proxies.filter(() => random() < 0.5);
  const cut = async (cuts: readonly TcpProxy[], forMs: number, how: 'cut' | 'cutReplies'): Promise<void> => {
    for (const proxy of cuts) proxy[how]();
    await sleep(forMs);
    for (const proxy of cuts) proxy.heal();
  };
  return [
    { name: 'connections drop', happen: (random) => cut(some(random), 0, 'cut') },
    { name: 'connections are cut', happen: (random) => cut(some(random), 300 + 900 * random(), 'cut') },
    { name: 'answers are cut', happen: (random) => cut(some(random), 300 + 900 * random(), 'cutReplies') },
    { name: 'sessions are lost', happen: (random) => cut(some(random), sessionTimeoutMs * 1.5, 'cut') },
  ];
}

function serverFaults(servers: readonly RigServer[]): Fault[] {
  return [
    {
      name: 'a server is frozen',
      async happen(random) {
        const server = pickOne(servers, random);
        await server.freeze();
        await sleep(300 + 1500 * random());
        await server.thaw();
      },
    },
    {
      name: 'a server is killed',
      async happen(random) {
        const server = pickOne(servers, random);
        await server.kill();
        await sleep(500 * random());
        await server.start();
      },
    },
  ];
}
