import { chmodSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net';
import { type ServerConnection, serveSocket } from './connection.ts';
import type { Hub } from './hub.ts';
import { openSocketPath } from './socket-path.ts';

const FLUSH_MS = 1000;
const MAX_CONNECTIONS = 8192;

/** A listening socket and the connections that it accepted. */
export interface Listener {
  readonly address: AddressInfo | string | null;
  /** Accept nobody any more, read no further request. */
  pause(): void;
  /** Let the answers go out, at most one second, and close all. */
  close(): Promise<void>;
}

/** Listen on the folder's socket, mode 0600; a socket left behind by a dead host is replaced. The caller holds the folder's lock. */
export async function listenInFolder(hub: Hub, folder: string): Promise<Listener> {
  const socketPath = openSocketPath(folder);
  try {
    rmSync(socketPath.path, { force: true });
    const listener = await listen(hub, { path: socketPath.path });
    chmodSync(socketPath.path, 0o600);
    return { ...listener, close: () => listener.close().finally(() => socketPath.release()) };
  } catch (error) {
    socketPath.release();
    throw error;
  }
}

/** Listen on a TCP address; port 0 takes a free one. */
export function listenOnTcp(hub: Hub, host: string, port: number): Promise<Listener> {
  return listen(hub, { host, port });
}

async function listen(hub: Hub, where: ListenOptions): Promise<Listener> {
  const connections = new Set<ServerConnection>();
  const server = createServer((socket) => {
    const connection = serveSocket(hub, socket, () => {
      connections.delete(connection);
      if (connections.size === 0) emptied?.();
    });
    connections.add(connection);
  });
  let emptied: (() => void) | undefined;
  server.maxConnections = MAX_CONNECTIONS;
  await started(server, where);
  let closing: Promise<void> | undefined;
  const pause = (): void => {
    closing ??= new Promise((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.pause();
  };
  return {
    address: server.address(),
    pause,
    async close() {
      pause();
      for (const connection of connections) connection.finish();
      if (connections.size > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, FLUSH_MS);
          emptied = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      for (const connection of connections) connection.destroy();
      await closing;
    },
  };
}

function started(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      // A failed accept, for want of file descriptors, concerns only the client that wanted in: it tries again.
      server.on('error', (error) => process.emitWarning(`the store's server cannot accept: ${error.message}`));
      resolve();
    });
  });
}
