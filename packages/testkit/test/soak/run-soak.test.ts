import type { Store, StoreDriver } from '@heddle/core';
import { runSoak, type SoakReport } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { createMemoryServer } from '../store-conformance/memory-store.ts';

/** Soak a store in this process for one round; nothing goes over the proxies that are cut. */
function soak(fault: (store: Store) => Store): Promise<SoakReport> {
  const server = createMemoryServer();
  const driver: StoreDriver = {
    name: 'memory',
    contract: 1,
    schemes: ['memory'],
    open: async () => fault(server.open()),
  };
  const nowhere = { host: '127.0.0.1', port: 9 };
  return runSoak({ driver, server: nowhere, urlOf: () => 'memory:', durationMs: 1, seed: 1, patienceMs: 500 });
}

describe('a soak', () => {
  it('ends well with a store that does what it says', async () => {
    const report = await soak((store) => store);
    expect(report.cuts).toBe(1);
    expect(report.counted).toBeGreaterThan(0);
  });

  it('sees that a watch is not told the latest', async () => {
    const deaf = (store: Store): Store => ({
      ...store,
      watch: (prefix, handler) =>
        store.watch(prefix, {
          ...handler,
          state: (entry) => (entry.key.at(-1) === 'round' ? undefined : handler.state(entry)),
        }),
    });
    await expect(soak(deaf)).rejects.toThrow('a watch was not told round 1 within 500 ms');
  });

  it('sees at the end that a watch has an entry that is not as it is', async () => {
    const forgetful = (store: Store): Store => ({
      ...store,
      watch(prefix, handler) {
        const told = new Set<string>();
        const state: typeof handler.state = (entry) => {
          const name = entry.key.join('/');
          if (name === 'soak/own/w1' && told.has(name)) return;
          told.add(name);
          handler.state(entry);
        };
        return store.watch(prefix, { ...handler, state });
      },
    });
    await expect(soak(forgetful)).rejects.toThrow('everything as it is at the end');
  });

  it('sees that an acknowledged write did not happen', async () => {
    const lossy = (store: Store): Store => {
      let writes = 0;
      return {
        ...store,
        async put(key, value, options) {
          writes += 1;
          if (writes % 5 === 0) return { ok: true, rev: 'made up' };
          return store.put(key, value, options);
        },
      };
    };
    await expect(soak(lossy)).rejects.toThrow(/were counted, the store has/);
  });
});
