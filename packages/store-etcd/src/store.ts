import { checkKey, checkValue, prepareWrite, type Store, type StoreCapabilities } from '@heddle/core';
import { createAccess } from './access/access.ts';
import type { Connection } from './client/connection.ts';
import { getEntry, listEntries } from './client/read.ts';
import { writeEntry } from './client/write.ts';
import { encodeStored } from './stored.ts';

/**
 * Put the store contract on top of a connection: check what goes in, copy what is kept.
 *
 * @param user  Who the connection is; undefined on a server that lets everybody in.
 */
export function createStore(connection: Connection, user: string | undefined, capabilities: StoreCapabilities): Store {
  return {
    capabilities,
    ...(user === undefined ? {} : { access: createAccess(connection, user) }),
    async put(key, value, options) {
      const write = prepareWrite(key, options, capabilities);
      checkValue(key, value, capabilities);
      const stored = encodeStored(write.writeId, value);
      return writeEntry(connection, { ...write, stored, liveness: options.liveness ?? false }, options);
    },
    async get(key, options = {}) {
      checkKey(key);
      return getEntry(connection, [...key], options);
    },
    async delete(key, options) {
      const write = prepareWrite(key, options, capabilities);
      return writeEntry(connection, { ...write, stored: undefined, liveness: false }, options);
    },
    async list(prefix, options = {}) {
      checkKey(prefix, 'prefix');
      return listEntries(connection, [...prefix], options);
    },
    watch(prefix, handler, options = {}) {
      checkKey(prefix, options.below === false ? 'key' : 'prefix');
      return connection.watch([...prefix], handler, options);
    },
    close: () => connection.close(),
  };
}
