import { type Entry, isHeddleError, type Key, type Store } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { type Fault, memoryBackends, runKit } from './run-kit.ts';

const KNOBS = {
  canStop: true,
  canKill: true,
  isClustered: true,
  canDeny: true,
  canGrant: true,
  patienceMs: 3000,
  shortSessionMs: 50,
};

/** Stores that break one promise each, and one of the tests that have to notice it. */
const FAULTS: readonly (readonly [promise: string, noticed: string, fault: Fault])[] = [
  [
    'an error is not an absence, in get',
    'get throws unavailable while the server is stopped, and never answers absent',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(() => undefined) }),
  ],
  [
    'an error is not an absence, in list',
    'list throws unavailable while the server is stopped, and never answers with an empty list',
    (store) => ({ ...store, list: (prefix, options) => store.list(prefix, options).catch(() => []) }),
  ],
  [
    'a cancelled read is not an absence',
    'a cancelled operation rejects and is not an absence',
    (store) => ({
      ...store,
      get: async (key, options) => (options?.signal?.aborted ? undefined : store.get(key, options)),
    }),
  ],
  [
    'who gave up waiting leaves nothing behind',
    'a thousand reads that time out leave no listener behind',
    (store) => ({
      ...store,
      get(key, options) {
        options?.signal?.addEventListener('abort', () => undefined);
        return store.get(key, options);
      },
    }),
  ],
  [
    'an empty value is present',
    'an entry with no bytes is present',
    (store) => onRead(store, (entry) => (entry.value.byteLength === 0 ? undefined : entry)),
  ],
  [
    'values are bytes, not text',
    'every byte survives',
    (store) => onRead(store, (entry) => ({ ...entry, value: Buffer.from(Buffer.from(entry.value).toString()) })),
  ],
  [
    'the limit is exact',
    'values of the declared limit and of one byte less are taken, one byte more is too-large',
    (store) => ({ ...store, capabilities: { ...store.capabilities, maxValueBytes: 4095 } }),
  ],
  [
    'write ids have a limit',
    'a write id of 255 bytes is taken, one byte more is too-large',
    (store) => ({ ...store, put: (key, value, options) => store.put(key, value, { ...options, writeId: 'other' }) }),
  ],
  [
    'segments stay apart',
    'odd keys are kept apart and come back as they were',
    (store) => onKey(store, (key) => [key.join('/')]),
  ],
  [
    'bad keys are refused',
    'a key that no store could keep is bad-key',
    (store) => onKey(store, (key) => key.map((segment) => Buffer.from(segment).toString())),
  ],
  [
    'list is in order',
    'list answers in key order with everything at or below the prefix, and nothing else',
    (store) => ({ ...store, list: async (prefix, options) => [...(await store.list(prefix, options))].reverse() }),
  ],
  [
    'a lost compare-and-set is told',
    'a put that expects absent loses against an existing entry, and answers with that entry',
    (store) => ({
      ...store,
      async put(key, value, options) {
        const current = await store.get(key);
        return store.put(key, value, current ? { ...options, expect: { rev: current.rev } } : options);
      },
    }),
  ],
  [
    'guards are checked',
    'a fenced writer changes nothing, whichever guard fails and why',
    (store) => ({ ...store, put: (key, value, options) => store.put(key, value, { ...options, guards: [] }) }),
  ],
  [
    'guards are checked in the same step',
    'guard and write are one step: no write slips in after the guard was rewritten',
    (store) => ({
      ...store,
      async put(key, value, options) {
        if (!options.guards?.length) return store.put(key, value, options);
        const entries = await Promise.all(options.guards.map((guard) => store.get(guard.key)));
        const isHeld = entries.every((entry, index) => entry?.rev === options.guards?.[index]?.rev);
        await new Promise((resolve) => setImmediate(resolve));
        return store.put(key, value, isHeld ? { ...options, guards: [] } : options);
      },
    }),
  ],
  [
    'a watch tells the current state',
    'the current state comes first, then synced, once',
    (store) => onWatch(store, () => ({ skipUntilSynced: true })),
  ],
  [
    'a prefix ends at a segment',
    'a prefix ends at a segment: "a" does not match "ab"',
    (store) => ({
      ...store,
      watch(prefix, handler) {
        const isMatch = (key: Key): boolean => key.join('/').startsWith(prefix.join('/'));
        return store.watch([], { ...handler, state: (entry) => isMatch(entry.key) && handler.state(entry) });
      },
    }),
  ],
  [
    'a watch on one entry tells of nothing below it',
    'a watch on one entry, not expected yet, is told of each of its states, and of nothing below it',
    (store) => ({ ...store, watch: (prefix, handler) => store.watch(prefix, handler) }),
  ],
  [
    'a delete is told',
    'a change and a delete are told',
    (store) => ({ ...store, watch: (prefix, handler) => store.watch(prefix, { ...handler, gone: () => undefined }) }),
  ],
  [
    'the last state of every key is told',
    'a watch ends up with the truth after creates, changes and deletes of many keys',
    (store) => onWatch(store, () => ({ dropAfter: 10 })),
  ],
  [
    'a closed watch is silent',
    'a closed watch stays silent, and closing it again does no harm',
    (store) => ({
      ...store,
      watch(prefix, handler) {
        store.watch(prefix, handler);
        return { close: async () => undefined };
      },
    }),
  ],
  [
    'the handler is not called from within watch',
    'the handler is not called from within a store call, and its calls do not overlap',
    (store) => ({
      ...store,
      watch(prefix, handler) {
        handler.status('up');
        return store.watch(prefix, handler);
      },
    }),
  ],
  [
    'synced is told again after the server was away',
    'after the server was away the watch is told down, up, the states, and synced again',
    (store) => onWatch(store, () => ({ syncOnce: true })),
  ],
  [
    'denied is not absent',
    'every operation without the right to it is denied, and changes nothing',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(notDenied) }),
  ],
  [
    'what a node may not read is not absent',
    'all else is denied at once, never absent, and changes nothing',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(notDenied) }),
  ],
  [
    'rights that are taken back are gone',
    'rights that are taken back open nothing, also on a connection that is there',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(notDenied) }),
  ],
  [
    'a watch that may not be served fails, and does not wait',
    'a watch without the right to read fails with denied, once, and tells nothing else',
    (store) => ({
      ...store,
      watch: (prefix, handler) => store.watch(prefix, { ...handler, failed: () => handler.status('down') }),
    }),
  ],
  [
    'a watch that failed is no matter of its connection',
    'a watch that failed leaves the rest of its connection alone',
    (store) => ({
      ...store,
      watch: (prefix, handler) =>
        store.watch(prefix, {
          ...handler,
          failed(error) {
            handler.failed(error);
            void store.close();
          },
        }),
    }),
  ],
  [
    'liveness entries go with the session',
    'a liveness entry goes when its store is closed, an ordinary one stays',
    (store) => ({ ...store, put: (key, value, options) => store.put(key, value, { ...options, liveness: false }) }),
  ],
  [
    'values do not go with the session',
    'a liveness entry goes when its store is closed, an ordinary one stays',
    (store) => ({ ...store, put: (key, value, options) => store.put(key, value, { ...options, liveness: true }) }),
  ],
  [
    'a write that is sent again is not taken for that of another',
    'ends every operation that waits for it once it is back, and truly',
    (store) => ({
      ...store,
      async put(key, value, options) {
        // Of these writes, those that wait are the ones with a time of their own.
        if (options.timeoutMs !== undefined) await store.put(key, value, options);
        return store.put(key, value, options);
      },
    }),
  ],
  [
    'a member that has lost the others does not answer',
    'has no member that answers with what it last heard: one that has lost the others is unavailable',
    (store) => {
      let last: Entry | undefined;
      return {
        ...store,
        get: async (key, options) => (last = await store.get(key, options).catch(() => last)),
      };
    },
  ],
  [
    'a write is made once, whoever leads',
    'loses no write, and makes none twice, when its leader is killed under a writer',
    (store) => ({
      ...store,
      async put(key, value, options) {
        const result = await store.put(key, value, options);
        if (result.ok) await store.put(key, value, { ...options, expect: { rev: result.rev } });
        return result;
      },
    }),
  ],
  [
    'a closed store says closed',
    'every operation on a closed store is refused with closed',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(notClosed) }),
  ],
  [
    'waiting operations fail when the store is closed',
    'an operation that waits for the server fails with closed',
    (store) => ({ ...store, get: (key, options) => store.get(key, options).catch(notClosed) }),
  ],
];

describe('the store conformance kit', () => {
  it('passes a store that keeps the contract', async () => {
    expect(
      await runKit(
        memoryBackends((store) => store),
        KNOBS,
      ),
    ).toEqual({ ran: 79, failed: [] });
  });

  for (const [promise, noticed, fault] of FAULTS) {
    it(`notices a store that breaks the promise: ${promise}`, async () => {
      const outcome = await runKit(memoryBackends(fault), { ...KNOBS, patienceMs: 500 }, noticed);
      expect(outcome).toEqual({ ran: 1, failed: [noticed] });
    });
  }
});

function onRead(store: Store, change: (entry: Entry) => Entry | undefined): Store {
  return {
    ...store,
    async get(key, options) {
      const entry = await store.get(key, options);
      return entry && change(entry);
    },
  };
}

function onKey(store: Store, change: (key: Key) => Key): Store {
  return {
    ...store,
    get: (key, options) => store.get(change(key), options),
    put: (key, value, options) => store.put(change(key), value, options),
    delete: (key, options) => store.delete(change(key), options),
  };
}

function onWatch(
  store: Store,
  make: () => { skipUntilSynced?: boolean; dropAfter?: number; syncOnce?: boolean },
): Store {
  return {
    ...store,
    watch(prefix, handler) {
      const { skipUntilSynced = false, dropAfter = Infinity, syncOnce = false } = make();
      let syncs = 0;
      let states = 0;
      return store.watch(prefix, {
        ...handler,
        state(entry) {
          states += 1;
          if (skipUntilSynced && syncs === 0) return;
          if (states <= dropAfter) handler.state(entry);
        },
        synced() {
          syncs += 1;
          if (!syncOnce || syncs === 1) handler.synced();
        },
      });
    },
  };
}

function notDenied(error: unknown): undefined {
  if (isHeddleError(error) && error.code === 'denied') return undefined;
  throw error;
}

function notClosed(error: unknown): never {
  if (isHeddleError(error) && error.code === 'closed') throw new Error('something else');
  throw error;
}
