import { spawn } from 'node:child_process';
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';

/** The exclusive right to serve a folder; it ends with `release`, or with the process. */
export interface FolderLock {
  release(): void;
}

/**
 * Try to take the lock of a folder, without waiting.
 *
 * Node cannot lock a file itself: the file is opened here and handed to flock(1) as its descriptor 3. The lock belongs to the
 * open file, not to flock's process, so it stays here until the descriptor is closed, and the kernel drops it when this process
 * dies in whatever way.
 * @returns The lock, or undefined when another holds it.
 * @throws tool-missing without flock(1) of util-linux; unavailable when it fails in another way.
 */
export async function tryLockFolder(folder: string): Promise<FolderLock | undefined> {
  const fd = openSync(join(folder, 'lock'), constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    if (!(await runFlock(fd))) {
      closeSync(fd);
      return undefined;
    }
    notePid(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let isHeld = true;
  return {
    release() {
      if (isHeld) closeSync(fd);
      isHeld = false;
    },
  };
}

function notePid(fd: number): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`, 0);
  } catch {
    // A full disk must not keep anybody from reading; only the wording of a message depends on this.
  }
}

/** The process id that last took the lock, for messages; undefined when it cannot be read. */
export function lockHolder(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'lock'), 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    // Only the wording of a message depends on it.
    return undefined;
  }
}

function runFlock(fd: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd] });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(0, 500);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const next = ['install util-linux, which contains flock'];
      if (error.code === 'ENOENT')
        reject(new HeddleError('tool-missing', 'the embedded store needs the program flock', { next }));
      else reject(new HeddleError('unavailable', `flock cannot be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (status) => {
      if (status === 0 || status === 1) resolve(status === 0);
      else
        reject(
          new HeddleError(
            'unavailable',
            `locking the store's folder failed: ${complaint || `flock ended with ${status}`}`,
          ),
        );
    });
  });
}
