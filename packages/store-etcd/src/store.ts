import { HeddleError, type Key, randomId, type Store, type StoreCapabilities, type WriteOptions } from '@heddle/core';
import type { Connection } from './client/connection.ts';
import { getEntry, listEntries } from './client/read.ts';
import { type Write, writeEntry } from './client/write.ts';
import { checkKey } from './key.ts';
import { MAX_BATCH, MAX_VALUE_BYTES, MAX_WRITE_ID_BYTES } from './limits.ts';
import { encodeStored } from './stored.ts';

/** Put the store contract on top of a connection: check what goes in, copy what is kept. */
export function createStore(connection: Connection, capabilities: StoreCapabilities): Store {
  return {
    capabilities,
    async put(key, value, options) {
      checkWrite(key, options);
      if (value.byteLength > MAX_VALUE_BYTES) {
        throw tooLarge(key, `${value.byteLength} bytes, at most ${MAX_VALUE_BYTES} are taken`);
      }
      const write = writeOf(key, options);
      const stored = encodeStored(write.writeId, value);
      return writeEntry(connection, { ...write, stored, liveness: options.liveness ?? false }, options);
    },
    async get(key, options = {}) {
      checkKey(key);
      return getEntry(connection, [...key], options);
    },
    async delete(key, options) {
      checkWrite(key, options);
      return writeEntry(connection, writeOf(key, options), options);
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      return listEntries(connection, [...prefix], options);
    },
    watch(prefix, handler) {
      checkKey(prefix, 'prefix');
      return connection.watch([...prefix], handler);
    },
    close: () => connection.close(),
  };
}

function writeOf(key: Key, options: WriteOptions): Write {
  const guards = (options.guards ?? []).map((guard) => ({ key: [...guard.key], rev: guard.rev }));
  const writeId = options.writeId ?? randomId();
  return { key: [...key], stored: undefined, writeId, expect: options.expect, guards, liveness: false };
}

function checkWrite(key: Key, { guards = [], writeId = '' }: WriteOptions): void {
  checkKey(key);
  for (const guard of guards) checkKey(guard.key);
  if (guards.length >= MAX_BATCH) throw tooLarge(key, `more than ${MAX_BATCH - 1} guards`);
  if (Buffer.byteLength(writeId) > MAX_WRITE_ID_BYTES) {
    throw tooLarge(key, `the write id has more than ${MAX_WRITE_ID_BYTES} bytes`);
  }
}

function tooLarge(key: Key, problem: string): HeddleError {
  return new HeddleError('too-large', `store write of ${key.join('/')}: ${problem}`, {
    details: { key, maxValueBytes: MAX_VALUE_BYTES },
  });
}
