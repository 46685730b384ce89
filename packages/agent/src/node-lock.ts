import { spawnSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { HeddleError } from '@heddle/core';

/**
 * Take the lock that marks a live agent of a node; the kernel drops it when the process ends, however it ends.
 *
 * Node has no flock(2): util-linux takes it on a file description that this process keeps open.
 * @returns A function that gives the lock back.
 * @throws agent-busy when another process holds it; tool-missing without util-linux.
 */
export async function lockNode(path: string, node: string): Promise<() => Promise<void>> {
  const file = await open(path, 'a', 0o600);
  const result = spawnSync('flock', ['--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
  if (result.status === 0) return () => file.close();
  await file.close();
  if (result.error !== undefined) {
    throw new HeddleError('tool-missing', `flock cannot be started: ${result.error.message}`, {
      cause: result.error,
      next: ['apt-get install util-linux'],
    });
  }
  throw new HeddleError('agent-busy', `another agent runs node ${node} in this folder`, {
    next: ['heddle status shows it; wait for it or end it'],
  });
}
