import {
  checkKey,
  checkValue,
  compareKeys,
  createQueues,
  type Key,
  type PutResult,
  prepareWrite,
  type Store,
  type StoreCapabilities,
} from '@heddle/core';
import { type Administrator, createAccess } from './access/access.ts';
import type { Acls } from './access/acls.ts';
import type { Connection } from './connection.ts';
import { deleteOperation } from './delete.ts';
import type { Operation } from './operations.ts';
import { putOperation } from './put.ts';
import { getOperation, listOperation, type Place } from './read.ts';
import { reserveOperation } from './reserve.ts';
import { createStructure } from './structure.ts';
import { sweepOperation } from './sweep.ts';
import { createTidier } from './tidy.ts';

/** What this connection may do, and whether it hands out rights. */
export interface Rights {
  readonly acls: Acls;
  /** As whom it hands out rights; undefined: it hands out none. */
  readonly administrator: Administrator | undefined;
  /** The znodes at and below which it may write, for a node. */
  readonly granted: readonly string[];
}

/** Put the store contract on top of a connection: check what goes in, shape what comes out. */
export function createStore(
  connection: Connection,
  place: Place,
  rights: Rights,
  capabilities: StoreCapabilities,
): Store {
  const structure = createStructure(place.root, rights.granted);
  const queues = createQueues();
  const tidier = createTidier(place.root, structure, rights.acls, (operation, timeoutMs) =>
    connection.perform(operation, { timeoutMs }),
  );
  const { root } = place;
  const { acls, administrator } = rights;
  const writing = { root, structure, acls, barrierPath: place.barrierPath };
  const inTurn = async (
    key: Key,
    operation: Operation<PutResult>,
    perform: (queued: Operation<PutResult>) => Promise<PutResult>,
  ): Promise<PutResult> => {
    const { turn, leave } = queues.enter(JSON.stringify(key));
    try {
      // Its clock runs while it waits for its turn.
      return await perform({ ...operation, attempt: (link) => turn.then(() => operation.attempt(link)) });
    } finally {
      leave();
    }
  };
  const access =
    administrator &&
    createAccess({
      root,
      administrator,
      acls,
      perform: (name, attempt, options) => connection.perform({ name, key: [], attempt }, options),
    });
  return {
    capabilities,
    ...(access === undefined ? {} : { access }),
    async put(key, value, options) {
      const { liveness = false } = options;
      const write = { ...prepareWrite(key, options, capabilities), liveness };
      checkValue(key, value, capabilities);
      // A copy, because the caller may change its bytes while the write is waiting.
      const operation = putOperation(writing, write, new Uint8Array(value));
      const result = await inTurn(write.key, operation, (queued) =>
        liveness ? connection.performLiveness(queued, options, ({ ok }) => ok) : connection.perform(queued, options),
      );
      if (result.ok) tidier.used(write.key);
      return result;
    },
    async get(key, options = {}) {
      checkKey(key);
      const entry = await connection.perform(getOperation(place, [...key]), options);
      if (entry) structure.exists(key);
      return entry;
    },
    async delete(key, options) {
      const write = prepareWrite(key, options, capabilities);
      const operation = deleteOperation(root, write);
      const result = await inTurn(write.key, operation, (queued) => connection.perform(queued, options));
      if (result.ok) tidier.removed(write.key);
      return result;
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      const entries = await connection.perform(listOperation(place, [...prefix]), options);
      return entries.sort((a, b) => compareKeys(a.key, b.key));
    },
    watch(prefix, handler, options = {}) {
      checkKey(prefix, options.below === false ? 'key' : 'prefix');
      return connection.watch(prefix, handler, options);
    },
    reserve: (prefixes, options = {}) => connection.perform(reserveOperation(root, structure, prefixes), options),
    async sweep(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      await connection.perform(sweepOperation(root, structure, prefix), options);
    },
    async close() {
      await tidier.close();
      await connection.close();
    },
  };
}
