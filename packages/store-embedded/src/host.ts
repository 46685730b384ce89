import { chmodSync, closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { HeddleError } from '@heddle/core';
import { tryLockFolder } from './folder-lock.ts';
import { makeFolder } from './make-folder.ts';
import { type Hub, startHub } from './server/hub.ts';
import { type Listener, listenInFolder, listenOnTcp } from './server/listen.ts';

/** A TCP address to serve. */
export interface ListenAddress {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** The server of a folder, in this process. */
export interface Host {
  readonly hub: Hub;
  /** The TCP address, when it listens on one. */
  readonly tcp: AddressInfo | undefined;
  /** Finish what is queued, hang up, give the folder free for another host. */
  stop(): Promise<void>;
}

/**
 * Become the host of a folder: lock it, recover its log, serve its socket and, if asked for, a TCP address.
 *
 * @returns The host, or undefined when another process or connection is it.
 * @throws corrupt | config-invalid | tool-missing | unavailable
 */
export async function tryHost(folder: string, listen?: ListenAddress): Promise<Host | undefined> {
  const lock = await tryLockFolder(folder);
  if (!lock) return undefined;
  const listeners: Listener[] = [];
  let hub: Hub | undefined;
  const stop = async (): Promise<void> => {
    for (const listener of listeners) listener.pause();
    try {
      await hub?.stop();
    } finally {
      await Promise.all(listeners.map((listener) => listener.close()));
      lock.release();
    }
  };
  try {
    hub = await startHub(folder);
    listeners.push(await listenInFolder(hub, folder));
    let tcp: AddressInfo | undefined;
    if (listen) {
      const listener = await listenOnTcp(hub, listen.host ?? '127.0.0.1', listen.port);
      listeners.push(listener);
      tcp = listener.address as AddressInfo;
    }
    let stopping: Promise<void> | undefined;
    return {
      hub,
      tcp,
      stop() {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Make sure that a store's folder exists and is closed to other users: mode 0700.
 *
 * @throws config-invalid when it cannot be made, or anybody may write to it, as to /tmp itself.
 */
export function prepareFolder(folder: string): void {
  try {
    const above = makeFolder(dirname(folder));
    const made = makeFolder(folder, 0o700);
    if (made !== undefined) syncAbove(folder, above ?? made);
    const mode = statSync(folder).mode & 0o777;
    if ((mode & 0o002) !== 0)
      throw new HeddleError('config-invalid', `the store's folder ${folder} can be written by anybody`);
    if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HeddleError('config-invalid', `the store's folder ${folder} cannot be used: ${reason}`, { cause: error });
  }
}

/** Make the names of new folders durable, from `folder` up to the first one that was made. */
function syncAbove(folder: string, first: string): void {
  for (let child = folder; ; child = dirname(child)) {
    const fd = openSync(dirname(child), 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (child === first || child === dirname(child)) return;
  }
}
