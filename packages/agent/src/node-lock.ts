import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { HeddleError } from '@heddle/core';

/** What flock exits with when another process holds the lock. */
const heldStatus = 1;

/**
 * Take the lock that marks a live agent of a node.
 *
 * @returns A function that gives the lock back.
 * @throws agent-busy when another process holds it; tool-missing without util-linux; unexpected.
 */
export function lockNode(path: string, node: string): Promise<() => Promise<void>> {
  return takeLock(path, `another agent runs node ${node} in this folder`);
}

/**
 * Take a lock that the kernel drops when the process ends, however it ends. The file stays.
 *
 * Node has no flock(2): util-linux takes it on a file description that this process keeps open.
 * @param busy  What to say when another process holds it.
 * @returns A function that gives the lock back.
 * @throws agent-busy when another process holds it; tool-missing without util-linux; unexpected.
 */
export async function takeLock(path: string, busy: string): Promise<() => Promise<void>> {
  const file = await open(path, 'a', 0o600);
  try {
    const { how, said } = await flock(file.fd);
    if (how === 0) return () => file.close();
    if (how === heldStatus) {
      throw new HeddleError('agent-busy', busy, {
        next: [
          'heddle retry NODE  lets it run again what did not end well',
          'heddle status shows it; wait for it or end it',
        ],
      });
    }
    const status = typeof how === 'number' ? `exit code ${how}` : how;
    throw new HeddleError('unexpected', `the lock ${path} cannot be taken: ${said === '' ? status : said}`, {
      notes: said === '' ? [] : [`flock ended with ${status}`],
    });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Lock an open file; resolves with flock's exit code or signal, and what it said. */
function flock(fd: number): Promise<{ how: number | NodeJS.Signals; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--nonblock', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd] });
    let said = '';
    (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', (cause) =>
      reject(
        new HeddleError('tool-missing', `flock cannot be started: ${cause.message}`, {
          cause,
          next: ['apt-get install util-linux'],
        }),
      ),
    );
    child.once('close', (code, signal) => resolve({ how: signal ?? (code as number), said: said.trim() }));
  });
}
