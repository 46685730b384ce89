import type { Entry, Store } from '@heddle/core';

/** How often a planted fault shows. */
const RATE = 0.02;

/** A store that now and then answers with what it answered before. */
export function staleReads(store: Store, random: () => number): Store {
  const before = new Map<string, Entry | undefined>();
  return {
    ...store,
    async get(key, options) {
      const id = key.join('/');
      if (before.has(id) && random() < RATE) return before.get(id);
      const entry = await store.get(key, options);
      before.set(id, entry);
      return entry;
    },
  };
}

/** A store that now and then takes the write of another for its own: it writes over it, and says that nothing was lost. */
export function lostUpdates(store: Store, random: () => number): Store {
  return {
    ...store,
    async put(key, value, options) {
      const result = await store.put(key, value, options);
      if (result.ok || result.current === undefined || random() > RATE) return result;
      return store.put(key, value, { ...options, expect: { rev: result.current.rev } });
    },
  };
}

/** A store that now and then says that a write was never sent when it was. */
export function deniedWrites(store: Store, random: () => number, unavailable: () => Error): Store {
  return {
    ...store,
    async put(key, value, options) {
      const result = await store.put(key, value, options);
      if (result.ok && random() < RATE) throw unavailable();
      return result;
    },
  };
}
