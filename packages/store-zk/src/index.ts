import { checkTls, connectionSettings, defineStore } from '@heddle/core';
import { whoIs } from './access/who.ts';
import { barrierPathOf, openConnection } from './connection.ts';
import { capabilitiesOf } from './limits.ts';
import { createStore } from './store.ts';
import { checkCredentials, isLoopback, parseStoreUrl } from './url.ts';

/**
 * A ZooKeeper ensemble: `zk://h1:2181,h2:2181/root`, with TLS `zks://h1:2281,h2:2281/root`.
 *
 * With credentials everything that is written can be read and changed by that user only, and by nodes as far as the user grants it.
 */
export default defineStore({
  name: 'zk',
  contract: 1,
  schemes: ['zk', 'zks'],
  async open(url, options = {}) {
    const { credentials: inUrl, isEncrypted, servers, root, shown } = parseStoreUrl(url);
    const credentials = options.credentials ?? inUrl;
    if (credentials) checkCredentials(credentials, shown);
    const who = whoIs(credentials);
    const tls = isEncrypted ? (options.tls ?? {}) : undefined;
    if (tls) checkTls(tls);
    const { identities, granted, proof } = who;
    const target = { servers, root, shown, tls, identities, granted, proof };
    const connection = await openConnection(target, connectionSettings(options));
    const place = { root, barrierPath: barrierPathOf(target), needsBarrier: () => connection.needsBarrier };
    const capabilities = capabilitiesOf({
      acl: credentials !== undefined,
      tls: isEncrypted,
      loopback: isLoopback(servers),
    });
    return createStore(connection, place, who, capabilities);
  },
});
