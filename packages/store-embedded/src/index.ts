import { connectionSettings, defineStore, type Store } from '@heddle/core';
import { type Connection, openConnection } from './client/connection.ts';
import { type Dial, dialFolder, dialTcp } from './client/dial.ts';
import { prepareFolder } from './host.ts';
import { capabilitiesOf } from './limits.ts';
import { createStore } from './store.ts';
import { isReachedFromElsewhere, parseStoreUrl, type StoreAddress } from './url.ts';

export type { ListenAddress } from './host.ts';
export { type EmbeddedServer, serveEmbedded } from './serve.ts';

const connections = new WeakMap<Store, Connection>();

/**
 * The default store: durable, in the process that opens its folder first, reached by all others through a socket.
 *
 * `embedded:DIR` for the processes of one machine; whoever is the host may go at any time, another one takes over.
 * `heddle://HOST:PORT` for a server that `serveEmbedded` started. There is no failover and, as yet, neither TLS nor
 * credentials: keep it on loopback or on a network that you trust.
 */
export default defineStore({
  name: 'embedded',
  contract: 1,
  schemes: ['embedded', 'heddle'],
  async open(url, options = {}) {
    const address = parseStoreUrl(url);
    const settings = connectionSettings(options);
    if (address.kind === 'folder') prepareFolder(address.folder);
    const connection = await openConnection(dialOf(address), `the store ${url}`, settings);
    const store = createStore(connection, capabilitiesOf(isReachedFromElsewhere(address)));
    connections.set(store, connection);
    return store;
  },
});

/** True while the server of this store's folder runs in this process and would end with this store. */
export function isHost(store: Store): boolean {
  return connections.get(store)?.isHost ?? false;
}

function dialOf(address: StoreAddress): Dial {
  return address.kind === 'folder' ? dialFolder(address.folder) : dialTcp(address.host, address.port);
}
