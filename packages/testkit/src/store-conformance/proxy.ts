import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface TcpProxy {
  readonly port: number;
  /** Forward nothing any more, in either direction, without closing anything: a black hole. New connections get no answer. */
  cut(): void;
  /** Forward requests, but none of the answers: a write happens and its client does not hear of it. */
  cutReplies(): void;
  /** Drop the connections that were cut, and forward those that come from now on. */
  heal(): void;
  close(): Promise<void>;
}

/**
 * Start a proxy on a free loopback port.
 *
 * @param target  Asked for each connection, so that a server may come back on another port.
 */
export async function createTcpProxy(
  target: () => { readonly host: string; readonly port: number },
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const outgoings = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((incoming) => {
    keep(incoming);
    if (isCut) return;
    const outgoing = connect(target());
    keep(outgoing);
    outgoings.add(outgoing);
    outgoing.on('close', () => outgoings.delete(outgoing));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    cutReplies() {
      for (const socket of outgoings) socket.unpipe().pause();
    },
    heal() {
      isCut = false;
      dropAll();
    },
    async close() {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
