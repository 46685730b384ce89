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
  const chain = [nodePath(root, []), ...nodeChain(root, key)].reverse();
  // What was granted to a node is there, and speaks for all that is below it.
  const granted = chain.filter((path) => link.granted.has(path));
  for (const path of [...granted, ...chain]) if ((await link.data(path)) !== undefined) return;
}
