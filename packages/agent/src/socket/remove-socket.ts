import { unlink } from 'node:fs/promises';

/**
 * Remove the socket that an agent which was killed has left; none is no error.
 *
 * Not with `rm`: once that has removed a socket, Node 20 takes links for folders, and packages that are imported later are not found.
 */
export async function removeSocket(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
