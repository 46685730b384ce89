import { connectionSettings, defineStore } from '@heddle/core';
import { openConnection } from './connection.ts';
import { capabilitiesOf } from './limits.ts';
import { createStore } from './store.ts';
import { checkCredentials, isLoopback, parseStoreUrl } from './url.ts';

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
    const connection = await openConnection({ ...parsed, credentials }, connectionSettings(options));
    const place = { root: parsed.root, needsBarrier: () => connection.needsBarrier };
    return createStore(connection, place, capabilitiesOf(credentials !== undefined, isLoopback(parsed.servers)));
  },
});
