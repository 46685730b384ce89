import {
  errorFromData,
  makePending,
  type NodeSession,
  type PlanRole,
  type RoleRecord,
  takeRequest,
} from '@heddle/core';
import type { RoleOutcome } from '../role/role-run.ts';

export interface QueueOptions {
  readonly session: NodeSession;
  /** All roles of the node, in the order in which they run. */
  readonly roles: readonly PlanRole[];
  readonly due: readonly PlanRole[];
  /** How the others ended before, by name. */
  readonly ended: ReadonlyMap<string, RoleRecord>;
  readonly run: (role: PlanRole) => Promise<RoleOutcome>;
  readonly isStopped: () => boolean;
}

/**
 * Run what is due, then what somebody asks to be run again meanwhile, until nothing is left.
 *
 * Only where a role has not ended well anything can be asked, so a node whose roles all end well asks the store nothing.
 * @returns How each role ended, in the order of `roles`. Throws what `run` throws, and store errors.
 */
export async function runQueue({
  session,
  roles,
  due,
  ended,
  run,
  isStopped,
}: QueueOptions): Promise<readonly RoleOutcome[]> {
  const outcomes = new Map([...ended].map(([name, record]) => [name, outcomeOf(record)]));
  let queue = [...due];
  while (queue.length > 0) {
    const [role] = queue.splice(0, 1) as [PlanRole];
    outcomes.set(role.name, await run(role));
    if (queue.length > 0 || isStopped() || [...outcomes.values()].every(({ state }) => state === 'done')) continue;
    const asked = await takeRequest(session);
    queue = roles.filter(({ name }) => asked.includes(name));
    for (const { name } of queue) {
      await makePending(session, name);
      outcomes.delete(name);
    }
  }
  return roles.flatMap(({ name }) => outcomes.get(name) ?? []);
}

function outcomeOf({ state, error }: RoleRecord): RoleOutcome {
  return { state, ...(error === undefined ? {} : { error: errorFromData(error) }) };
}
