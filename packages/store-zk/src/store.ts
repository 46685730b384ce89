import {
  HeddleError,
  type Key,
  type PutOptions,
  type PutResult,
  type Store,
  type StoreCapabilities,
  type WriteOptions,
} from '@heddle/core';
import type { Connection } from './connection.ts';
import { deleteOperation } from './delete.ts';
import { checkKey, compareKeys } from './key.ts';
import { MAX_VALUE_BYTES, MAX_WRITE_ID } from './limits.ts';
import type { Operation } from './operations.ts';
import { putOperation } from './put.ts';
import { createQueues } from './queues.ts';
import { getOperation, listOperation, type Place } from './read.ts';
import { createStructure } from './structure.ts';

/** Put the store contract on top of a connection: check what goes in, shape what comes out. */
export function createStore(connection: Connection, place: Place, capabilities: StoreCapabilities): Store {
  const structure = createStructure(place.root);
  const queues = createQueues();
  const { root } = place;
  const inTurn = async (
    key: Key,
    operation: Operation<PutResult>,
    perform: (queued: Operation<PutResult>) => Promise<PutResult>,
  ): Promise<PutResult> => {
    const { turn, leave } = queues.enter(key);
    try {
      // Its clock runs while it waits for its turn.
      return await perform({ ...operation, attempt: (link) => turn.then(() => operation.attempt(link)) });
    } finally {
      leave();
    }
  };
  return {
    capabilities,
    async put(key, value, options) {
      checkWrite(key, options, capabilities);
      if (value.byteLength > MAX_VALUE_BYTES) throw tooLarge(key, value.byteLength);
      // Copies, because the caller may change what it has handed over while the write is waiting.
      const operation = putOperation(root, structure, [...key], new Uint8Array(value), copyOptions(options));
      return inTurn(key, operation, (queued) =>
        options.liveness === true
          ? connection.performLiveness(queued, options, ({ ok }) => ok)
          : connection.perform(queued, options),
      );
    },
    async get(key, options = {}) {
      checkKey(key);
      return connection.perform(getOperation(place, [...key]), options);
    },
    async delete(key, options) {
      checkWrite(key, options, capabilities);
      const operation = deleteOperation(root, structure, [...key], copyOptions(options));
      return inTurn(key, operation, (queued) => connection.perform(queued, options));
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      const entries = await connection.perform(listOperation(place, [...prefix]), options);
      return entries.sort((a, b) => compareKeys(a.key, b.key));
    },
    watch(prefix, handler) {
      checkKey(prefix, 'prefix');
      return connection.watch(prefix, handler);
    },
    close: () => connection.close(),
  };
}

function copyOptions<T extends WriteOptions>(options: T): T {
  const guards = (options.guards ?? []).map(({ key, rev }) => ({ key: [...key], rev }));
  return { ...options, guards };
}

function checkWrite(key: Key, options: WriteOptions | PutOptions, { maxBatch }: StoreCapabilities): void {
  checkKey(key);
  for (const guard of options.guards ?? []) checkKey(guard.key);
  const name = `store write of ${key.join('/')}`;
  if ((options.guards?.length ?? 0) >= maxBatch)
    throw new HeddleError('too-large', `${name}: more than ${maxBatch - 1} guards`);
  if ((options.writeId?.length ?? 0) > MAX_WRITE_ID)
    throw new HeddleError('too-large', `${name}: the write id has more than ${MAX_WRITE_ID} characters`);
}

function tooLarge(key: Key, sizeBytes: number): HeddleError {
  const text = `store put of ${key.join('/')}: ${sizeBytes} bytes, at most ${MAX_VALUE_BYTES} are taken`;
  return new HeddleError('too-large', text, { details: { key, sizeBytes, maxValueBytes: MAX_VALUE_BYTES } });
}
