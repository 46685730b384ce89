import type { Entry, Key, PutResult, Store } from '@heddle/core';
import { Keyv, type KeyvOptions, type KeyvStoreAdapter, type StoredData } from 'keyv';

/** What Keyv's test suite needs to run on a store. */
export interface KeyvOnStore {
  /** Keyv, except that it throws what the store throws, and iterates. */
  readonly Keyv: typeof Keyv;
  /** A new adapter: a Keyv writes its namespace into the one that it gets. */
  adapter(): KeyvStoreAdapter;
  /** Wait until no call is on its way to the store: the suite does not await all of its calls. */
  settled(): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Let Keyv keep its entries in a store, at NAMESPACE/KEY.
 *
 * @param store  Asked for at every call, so that a store may be opened after the tests are defined.
 */
export function keyvOn(store: () => Store): KeyvOnStore {
  const pending = new Set<Promise<unknown>>();
  const track = <T>(call: Promise<T>): Promise<T> => {
    pending.add(call);
    const forget = (): void => void pending.delete(call);
    call.then(forget, forget);
    return call;
  };
  const adapter = (): KeyvStoreAdapter => createAdapter(store, track);
  return { Keyv: createKeyvClass(adapter), adapter, settled: () => settle(pending) };
}

function createAdapter(store: () => Store, track: <T>(call: Promise<T>) => Promise<T>): KeyvStoreAdapter {
  const prefix = (): Key => [adapter.namespace ?? 'keyv'];
  const keyOf = (key: string): Key => [...prefix(), key];
  const get = async <Value>(key: string): Promise<StoredData<Value>> => textOf<Value>(await store().get(keyOf(key)));
  const adapter: KeyvStoreAdapter = {
    // Keyv looks in both for the stores that it knows.
    opts: { dialect: 'heddle', url: '' },
    namespace: undefined,
    get: (key) => track(get(key)),
    // Without it Keyv takes a read that failed for an absent value.
    getMany: <Value>(keys: string[]) => track(Promise.all(keys.map((key) => get<Value>(key)))),
    set: (key, value: string) => track(set(store(), keyOf(key), value)),
    delete: (key) => track(remove(store(), keyOf(key))),
    clear: () => track(clear(store(), prefix())),
    // An entry that has expired is there until Keyv, which alone knows the time, removes it.
    has: (key) => track(store().get(keyOf(key))).then((entry) => entry !== undefined),
    async *iterator<Value>() {
      for (const entry of await track(store().list(prefix()))) {
        yield [entry.key.at(-1), textOf<Value>(entry)] as [string, Awaited<Value>];
      }
    },
    // It tells nothing: every error is thrown to the caller.
    on: () => adapter,
  };
  return adapter;
}

/** Keyv answers an error of its store with "absent" or false unless it is told to throw, and iterates over stores that it knows by name only. */
function createKeyvClass(adapter: () => KeyvStoreAdapter): typeof Keyv {
  return class StrictKeyv<Value> extends Keyv<Value> {
    constructor(options?: KeyvOptions) {
      // One case brings no store; it is to run on this one, too.
      super({ store: adapter(), ...options, throwOnErrors: true });
      const { iterator } = this.store as KeyvStoreAdapter;
      if (iterator) this.iterator = this.generateIterator(iterator);
    }
  };
}

async function set(store: Store, key: Key, text: string): Promise<boolean> {
  const current = await store.get(key);
  const expect = current ? { rev: current.rev } : { absent: true as const };
  requireWon(key, await store.put(key, encoder.encode(text), { expect }));
  return true;
}

async function remove(store: Store, key: Key): Promise<boolean> {
  const current = await store.get(key);
  if (current === undefined) return false;
  requireWon(key, await store.delete(key, { expect: { rev: current.rev } }));
  return true;
}

async function clear(store: Store, prefix: Key): Promise<void> {
  for (const { key, rev } of await store.list(prefix)) {
    requireWon(key, await store.delete(key, { expect: { rev } }));
  }
}

/** No case writes a key twice at a time, so a write that meets another state than was read a moment ago is the store's fault. */
function requireWon(key: Key, result: PutResult): void {
  if (!result.ok) throw new Error(`a write of ${key.join('/')} was lost although nobody else writes it`);
}

function textOf<Value>(entry: Entry | undefined): StoredData<Value> {
  // What Keyv stores is the text that its serializer made of a value.
  return entry && (decoder.decode(entry.value) as StoredData<Value>);
}

async function settle(pending: ReadonlySet<Promise<unknown>>): Promise<void> {
  do {
    // Keyv takes only microtasks between two calls of its store: after one turn of the event loop the next is in `pending`.
    await new Promise((resolve) => setImmediate(resolve));
    // Who made the call gets its error.
    await Promise.allSettled(pending);
  } while (pending.size > 0);
}
