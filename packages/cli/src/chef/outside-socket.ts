import { join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';

/** The longest path of a Unix socket, in bytes. */
const longestPath = 107;

/**
 * Where an agent serves runs that somebody else starts, unless it is told another place.
 *
 * @param directory  The node's own working folder.
 * @returns An absolute path.
 * @throws usage when it is too long for a socket.
 */
export function outsideSocket(directory: string): string {
  return checkSocketPath(join(resolve(directory), 'agent.sock'));
}

/** Give back an absolute path of a socket. Throws usage when it is too long for one. */
export function checkSocketPath(path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= longestPath) return path;
  throw new HeddleError(
    'usage',
    `${path} is too long for a socket: it has ${length} bytes, and at most ${longestPath} are possible`,
    {
      next: ['say --socket with a shorter path, to the agent and to heddle chef install'],
    },
  );
}
