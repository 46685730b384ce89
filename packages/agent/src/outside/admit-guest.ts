import { type NodeSession, whenAborted } from '@heddle/core';
import type { EventHub } from '../events/events.ts';
import type { Entrance, Guest } from './entrance.ts';
import { unlessAsked } from './unless-asked.ts';

/**
 * Wait for the run of a role that somebody else starts, and tell so.
 *
 * @returns Undefined when something is asked of the node first: nobody knows how long the wait will last.
 * @throws aborted when the deployment is; the signal's reason when it is aborted; what the watch on what is asked fails of.
 */
export async function admitGuest(
  session: NodeSession,
  role: string,
  entrance: Entrance,
  events: EventHub,
  signal: AbortSignal,
): Promise<Guest | undefined> {
  events.emit({ type: 'still-waiting', role, text: 'waits for its run, which somebody else starts' });
  const aborted = new AbortController();
  const what = () => `${session.node} role ${role} was not started`;
  const stopListening = whenAborted(session, what, (error) => aborted.abort(error));
  try {
    const until = AbortSignal.any([signal, aborted.signal]);
    return await unlessAsked(session, until, (end) => entrance.admit(role, end));
  } finally {
    stopListening();
  }
}
