import type { Store } from '@heddle/core';
import { type StoreFactory, type StoreKnobs, storeConformance } from '../../src/store-conformance/index.ts';
import { memoryGrants } from './memory-grants.ts';
import { createMemoryServer } from './memory-store.ts';

/** A change to a store that makes it break the contract. */
export type Fault = (store: Store) => Store;

/** Backends over the memory server, each store with the fault. */
export function memoryBackends(fault: Fault): StoreFactory {
  return async () => {
    const server = createMemoryServer();
    const stores: Store[] = [];
    const kept = (store: Store): Store => {
      stores.push(store);
      return fault(store);
    };
    return {
      open: async () => kept(server.open()),
      openStranger: async () => kept(server.open(([top]) => top === 'public')),
      faults: {
        stop: async () => server.stop(),
        start: async () => server.start(),
        // What is silent and loses nothing is as good as dead.
        kill: async () => undefined,
      },
      // All members are one here: what they lose, they lose together.
      cluster: {
        killLeader: async () => undefined,
        openAtMember: async () => kept(server.open()),
        isolateMember: async () => server.stop(),
        restore: async () => server.start(),
      },
      grants: memoryGrants(server, kept),
      async dispose() {
        for (const store of stores) await store.close();
      },
    };
  };
}

/**
 * Run the kit with a runner of our own; answers how many tests ran and the titles of those that failed.
 *
 * @param only  Run the test with this title and no other.
 */
export async function runKit(
  factory: StoreFactory,
  knobs: StoreKnobs,
  only?: string,
): Promise<{ ran: number; failed: string[] }> {
  const tests: { title: string; body: () => Promise<void> }[] = [];
  const runner = {
    describe: (_title: string, body: () => void): void => body(),
    it(title: string, body: () => Promise<void>): void {
      if (only === undefined || only === title) tests.push({ title, body });
    },
  };
  storeConformance(runner, factory, knobs);
  const results = tests.map(async ({ title, body }) => {
    try {
      await body();
      return undefined;
    } catch {
      return title;
    }
  });
  const failed = (await Promise.all(results)).filter((title) => title !== undefined);
  return { ran: tests.length, failed };
}
