import type { PutResult } from '@heddle/core';
import { entryPaths, nodeChain, nodePath } from './layout.ts';
import type { Requests } from './link.ts';
import { barrier } from './read.ts';
import { ambiguous, readRecord, settled, type Write, type WriteProgress } from './write.ts';

/**
 * Settle a put that expects an absent entry and had no answer, before it is sent again.
 *
 * Unlike one that expects a revision it could happen twice: somebody may have removed what it created. It did not happen when no znode at
 * or above its own was created or removed since before it was first sent; a session's requests do not overtake one another, so it does
 * not happen later either.
 * @param barrierPath  A znode that this connection may read.
 * @returns the result when it happened; undefined when it did not, and may be sent like a new one.
 * @throws ambiguous when something was created or removed there, and the entry is absent.
 */
export async function settleCreation(
  link: Requests,
  write: Write,
  progress: WriteProgress,
  barrierPath: string,
): Promise<PutResult | undefined> {
  const { root, prepared } = write;
  if (progress.unsettledSince === undefined || !('absent' in prepared.expect)) return undefined;
  await barrier(link, barrierPath);
  // Looked at first: what is created or removed after it is not this write's doing.
  const lastChange = await lastChangeAt(link, root, write);
  const current = await readRecord(link, root, prepared.key);
  if (await write.hasHappened(link, current)) return settled(progress, { ok: true, rev: write.rev });
  if (lastChange > (progress.seen ?? 0n)) throw ambiguous(write);
  progress.unsettledSince = undefined;
  return undefined;
}

/** The last transaction that created or removed a child of the key's znode, or of the lowest one above it that is there. */
async function lastChangeAt(link: Requests, root: string, { prepared: { key } }: Write): Promise<bigint> {
  const chain = [nodePath(root, []), ...nodeChain(root, key).slice(0, -1), entryPaths(root, key).node];
  const changes = await Promise.all(chain.map((path) => link.childrenChanged(path)));
  return changes.findLast((change) => change !== undefined) ?? 0n;
}
