import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HeddleError } from '@heddle/core';

/** Mode bits by which others than the owner may write. */
const writableByOthers = 0o022;

/**
 * Refuse a socket's folder in which somebody else could serve in the agent's place, also one with the sticky bit, such as /tmp: whoever
 * comes first has the name. Of a folder that is not there yet, the nearest one above it counts.
 *
 * @param socket  Where the agent serves, absolute.
 * @throws denied when others than root and the user of this process may write there; config-invalid when that cannot be found out.
 */
export function requireOwnFolder(socket: string): void {
  const { folder, stats } = nearest(dirname(socket));
  const owners = [0, process.geteuid?.() ?? stats.uid];
  if (owners.includes(stats.uid) && (stats.mode & writableByOthers) === 0) return;
  throw new HeddleError('denied', `others than this user may write to ${folder}, and so serve Chef runs at ${socket}`, {
    next: [
      `chown and chmod go-w ${folder}, or say --directory or --socket with another place, to the agent and to heddle chef install`,
    ],
  });
}

function nearest(folder: string): { readonly folder: string; readonly stats: Stats } {
  try {
    const stats = statSync(folder, { throwIfNoEntry: false });
    return stats === undefined ? nearest(dirname(folder)) : { folder, stats };
  } catch (error) {
    const message = `${folder} cannot be looked at: ${(error as Error).message}`;
    throw error instanceof HeddleError ? error : new HeddleError('config-invalid', message, { cause: error });
  }
}
