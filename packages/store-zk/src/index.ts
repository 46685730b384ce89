import { defineStore, HeddleError, type OpenStoreOptions } from '@heddle/core';
import { openConnection } from './connection.ts';
import { capabilitiesOf } from './limits.ts';
import { createStore } from './store.ts';
import { checkCredentials, isLoopback, parseStoreUrl } from './url.ts';

const DAY_MS = 86_400_000;

/**
 * A ZooKeeper ensemble: `zk://h1:2181,h2:2181/root`.
 *
 * With credentials everything that is written can be read and changed by that user only. There is no TLS as yet: keep it on
 * loopback or on a network that you trust.
 */
export default defineStore({
  name: 'zk',
  contract: 1,
  schemes: ['zk'],
  async open(url, options = {}) {
    const parsed = parseStoreUrl(url);
    const credentials = options.credentials ?? parsed.credentials;
    if (credentials) checkCredentials(credentials, parsed.shown);
    const connection = await openConnection(
      { ...parsed, credentials },
      {
        sessionTimeoutMs: milliseconds('sessionTimeoutMs', options.sessionTimeoutMs ?? 10_000),
        connectTimeoutMs: milliseconds('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
        signal: options.signal,
      },
    );
    const place = { root: parsed.root, needsBarrier: () => connection.needsBarrier };
    return createStore(connection, place, capabilitiesOf(credentials !== undefined, isLoopback(parsed.servers)));
  },
});

function milliseconds(name: keyof OpenStoreOptions, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= DAY_MS) return value;
  throw new HeddleError(
    'config-invalid',
    `${name} of a store is ${value}; it has to be a whole number of milliseconds from 1 to ${DAY_MS}`,
  );
}
