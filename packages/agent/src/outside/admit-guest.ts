import { type NodeSession, whenAborted } from '@heddle/core';
import type { EventHub } from '../events/events.ts';
import type { Entrance, Guest } from './entrance.ts';

/**
 * Wait for the run of a role that somebody else starts, and tell so.
 *
 * @throws aborted when the deployment is; the signal's reason when it is aborted.
 */
export async function admitGuest(
  session: NodeSession,
  role: string,
  entrance: Entrance,
  events: EventHub,
  signal: AbortSignal,
): Promise<Guest> {
  events.emit({ type: 'still-waiting', role, text: 'waits for its run, which somebody else starts' });
  const aborted = new AbortController();
  const what = () => `${session.node} role ${role} was not started`;
  const stopListening = whenAborted(session, what, (error) => aborted.abort(error));
  try {
    return await entrance.admit(role, AbortSignal.any([signal, aborted.signal]));
  } finally {
    stopListening();
  }
}
