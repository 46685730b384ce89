import { errorFromData, makePending, type NodeSession, type PlanRole, type RoleRecord } from '@heddle/core';
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
  /** Take what is asked to be run again, by name; asked when all that came before has ended. */
  readonly asked: () => Promise<readonly string[]>;
}

/**
 * Run what is due, then what somebody asks to be run again meanwhile, until nothing is left.
 *
 * Also a role that ended well can be asked for: what it read may have been replaced.
 * @returns How each role ended, in the order of `roles`. Throws what `run` and `asked` throw, and store errors.
 */
export async function runQueue({
  session,
  roles,
  due,
  ended,
  run,
  isStopped,
  asked,
}: QueueOptions): Promise<readonly RoleOutcome[]> {
  const outcomes = new Map([...ended].map(([name, record]) => [name, outcomeOf(record)]));
  let queue = due;
  do {
    for (const role of queue) outcomes.set(role.name, await run(role));
    if (isStopped()) break;
    const names = await asked();
    queue = roles.filter(({ name }) => names.includes(name));
    for (const { name } of queue) {
      await makePending(session, name);
      outcomes.delete(name);
    }
  } while (queue.length > 0);
  return roles.flatMap(({ name }) => outcomes.get(name) ?? []);
}

function outcomeOf({ state, error }: RoleRecord): RoleOutcome {
  return { state, ...(error === undefined ? {} : { error: errorFromData(error) }) };
}
