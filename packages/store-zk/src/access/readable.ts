import type { Key } from '@heddle/core';
import { nodeChain, nodePath } from '../layout.ts';
import type { Requests } from '../link.ts';

/**
 * See that somebody who was told that nothing is at a key may know it.
 *
 * ZooKeeper says of a znode that does not exist that it does not exist, whoever asks. What stands above it decides: the nearest znode that
 * is there. Without credentials there is nothing to see.
 * @throws denied
 */
export async function checkReadable(link: Requests, root: string, key: Key): Promise<void> {
  if (!link.hasAcl) return;
  // All at once: they are answered in one round.
  const chain = [nodePath(root, []), ...nodeChain(root, key)].reverse();
  const answers = await Promise.allSettled(chain.map((path) => link.data(path)));
  for (const answer of answers) {
    if (answer.status === 'rejected') throw answer.reason;
    if (answer.value !== undefined) return;
  }
}
