import type { NodeSession } from '@heddle/core';
import type { Call, Entrance } from './entrance.ts';
import { unlessAsked } from './unless-asked.ts';

/**
 * Wait, after all roles of a node have ended, for more to do.
 *
 * @returns The run from outside that has come; undefined when something is asked of the node, or the signal is aborted. Throws what the watch fails of.
 */
export async function nextCall(
  session: NodeSession,
  entrance: Entrance,
  signal: AbortSignal,
): Promise<Call | undefined> {
  try {
    return await unlessAsked(session, signal, (until) => entrance.next(until));
  } catch (thrown) {
    if (signal.aborted) return undefined;
    throw thrown;
  }
}
