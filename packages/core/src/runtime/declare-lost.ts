import { HeddleError } from '../errors/heddle-error.ts';
import { isEnded, type RoleRecord } from '../records/role-record.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/clock.ts';
import { type Epoch, parse, readSlice } from './epoch.ts';
import { NodeSession } from './node-session.ts';

/**
 * Declare a node lost: fence its agent, then end its unfinished roles, so that nobody waits for them.
 *
 * Call it only when the agent is known to be gone. A role that ended before stands as it is.
 * @param why  What is known of it, `its agent was ended by SIGKILL`.
 * @returns The roles that were ended, each with the error of its record.
 */
export async function declareLost(
  store: Store,
  epoch: Epoch,
  node: string,
  why: string,
  clock: Clock,
): Promise<readonly RoleRecord[]> {
  const slice = await readSlice(store, epoch, node);
  const session = await NodeSession.begin({ store, epoch, node, clock, announce: false });
  const lost: RoleRecord[] = [];
  for (const { name } of slice.node.roles) {
    const key = epoch.keys.role(node, name);
    const entry = await store.get(key);
    const before = entry === undefined ? undefined : parse<RoleRecord>(entry);
    if (before !== undefined && isEnded(before.state)) continue;
    const error = new HeddleError('producer-lost', `${node} role ${name} is lost: ${why}`, {
      next: ['heddle up --resume runs it again'],
    });
    const record: RoleRecord = {
      ...before,
      state: 'lost',
      node,
      role: name,
      incarnation: session.incarnation,
      endedAt: isoTime(clock),
      error: error.toJSON(),
    };
    await session.write(key, record);
    lost.push(record);
  }
  return lost;
}
