import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';

/** The longest path of a Unix socket that the kernel takes, in bytes. */
const MAX_SOCKET_PATH = 107;

/** A path under which the folder's socket can be bound or connected; `release` when that is over. */
export interface SocketPath {
  readonly path: string;
  release(): void;
}

/**
 * Name the socket of a folder so that the name is short enough.
 *
 * A long folder is opened and reached through /proc/self/fd. Throws the file system's error when the folder is not there.
 */
export function openSocketPath(folder: string): SocketPath {
  const path = join(folder, 'socket');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return { path, release: () => undefined };
  let fd: number | undefined = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    path: `/proc/self/fd/${fd}/socket`,
    release() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
