import { checkTls, connectionSettings, defineStore } from '@heddle/core';
import { certificateUser } from './access/certificate-user.ts';
import { openConnection } from './client/connection.ts';
import { createKeyCodec } from './key.ts';
import { MAX_BATCH, MAX_VALUE_BYTES } from './limits.ts';
import { createStore } from './store.ts';
import { isLoopback, parseEtcdUrl } from './url.ts';

/**
 * etcd 3.4 or newer: `etcd://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]...][/ROOT]`, with TLS `etcds://`.
 *
 * One member is used at a time, and another one when it fails. Sessions are leases: whole seconds, at least 2 with a server's usual
 * settings. Over TLS a certificate alone may say who connects: its common name is the user.
 */
export default defineStore({
  name: 'etcd',
  contract: 1,
  schemes: ['etcd', 'etcds'],
  async open(url, options = {}) {
    const address = parseEtcdUrl(url);
    const credentials = options.credentials ?? address.credentials;
    const codec = createKeyCodec(address.root);
    const tls = address.isEncrypted ? (options.tls ?? {}) : undefined;
    if (tls) checkTls(tls);
    const connection = await openConnection({ ...connectionSettings(options), address, codec, credentials, tls });
    const user = credentials?.user ?? (await certificateUser(connection, tls));
    return createStore(connection, user, {
      distributed: true,
      linearizable: true,
      durable: true,
      // A server without users refuses a login, so whoever is in with credentials is on a server that checks them.
      acl: user !== undefined,
      tls: address.isEncrypted,
      loopback: isLoopback(address.hosts),
      maxValueBytes: MAX_VALUE_BYTES,
      maxBatch: MAX_BATCH,
    });
  },
});
