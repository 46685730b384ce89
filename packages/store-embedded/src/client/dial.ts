import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { HeddleError } from '@heddle/core';
import { lockHolder } from '../folder-lock.ts';
import { type Host, tryHost } from '../host.ts';
import { openSocketPath } from '../server/socket-path.ts';
import { createLocalLink, createSocketLink, type Link, type LinkEvents } from './link.ts';

/** What one attempt to reach a server came to. */
export interface Dialled {
  readonly link: Link;
  /** Set when this process became the server. */
  readonly host?: Host;
}

/** Makes one attempt; rejects when it fails. It ends within `timeoutMs` or with the signal, unless a log is being recovered. */
export type Dial = (events: LinkEvents, timeoutMs: number, signal: AbortSignal) => Promise<Dialled>;

/** Reach a server at a TCP address. */
export function dialTcp(host: string, port: number): Dial {
  return async (events, timeoutMs, signal) => {
    const socket = await connectSocket({ host, port }, timeoutMs, signal);
    return { link: createSocketLink(socket, events) };
  };
}

/**
 * Reach the server of a folder, or become it.
 *
 * The socket is tried first, because it costs less than the lock. When nobody answers there, whoever gets the lock is the
 * host; who does not get it lost a race, or the host is starting or ending, and tries again later.
 */
export function dialFolder(folder: string): Dial {
  return async (events, timeoutMs, signal) => {
    try {
      return { link: createSocketLink(await connectInFolder(folder, timeoutMs, signal), events) };
    } catch (error) {
      signal.throwIfAborted();
      const host = await tryHost(folder).catch((failure: unknown) => Promise.reject(explain(folder, failure)));
      if (host) return { link: createLocalLink(host.hub, events), host };
      const holder = lockHolder(folder);
      const who = holder === undefined ? 'another process' : `process ${holder}`;
      throw new Error(`${who} holds the lock of ${folder}, but does not answer on its socket`, { cause: error });
    }
  };
}

async function connectInFolder(folder: string, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const socketPath = openSocketPath(folder);
  try {
    return await connectSocket({ path: socketPath.path }, timeoutMs, signal);
  } finally {
    socketPath.release();
  }
}

function connectSocket(where: NetConnectOpts, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect(where);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', fail);
    };
    const fail = (error: Error): void => {
      settle();
      // A late error has nobody to tell any more.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new Error('the attempt was given up', { cause: signal.reason }));
    const timer = setTimeout(() => fail(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
  });
}

function explain(folder: string, failure: unknown): unknown {
  const code = (failure as NodeJS.ErrnoException).code;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return failure;
  return new HeddleError('denied', `the store's folder ${folder} is closed to this user: ${String(failure)}`, {
    cause: failure,
  });
}
