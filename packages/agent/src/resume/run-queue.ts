import { errorFromData, makePending, type NodeSession, type PlanRole, type RoleRecord } from '@heddle/core';
import type { RoleOutcome } from '../role/role-run.ts';

/** What is to be run next: roles again, by name, or a run of a role that has come by itself. */
export type Asked =
  | { readonly names: readonly string[] }
  | { readonly come: string; readonly run: () => Promise<RoleOutcome | undefined> };

export interface QueueOptions {
  readonly session: NodeSession;
  /** All roles of the node, in the order in which they run. */
  readonly roles: readonly PlanRole[];
  readonly due: readonly PlanRole[];
  /** How the others ended before, by name. */
  readonly ended: ReadonlyMap<string, RoleRecord>;
  /** Undefined: it has not begun. A role that is due then waits for what is asked first; one that has come by itself stands as it was. */
  readonly run: (role: PlanRole) => Promise<RoleOutcome | undefined>;
  readonly isStopped: () => boolean;
  /** Take what is asked: when nothing is left to run, or a role has not begun because of it. */
  readonly asked: (isIdle: boolean) => Promise<Asked>;
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
  for (;;) {
    const [role, ...rest] = queue;
    const outcome = role === undefined ? undefined : await run(role);
    if (role !== undefined && outcome !== undefined) {
      outcomes.set(role.name, outcome);
      queue = rest;
      continue;
    }
    if (role === undefined && isStopped()) break;
    const next = await asked(role === undefined);
    if ('come' in next) {
      const again = await next.run();
      if (again !== undefined) outcomes.set(next.come, again);
      continue;
    }
    const { names } = next;
    for (const { name } of roles.filter((each) => names.includes(each.name))) {
      await makePending(session, name);
      outcomes.delete(name);
    }
    const waiting = queue;
    queue = roles.filter((each) => names.includes(each.name) || waiting.includes(each));
    if (queue.length === 0) break;
  }
  return roles.flatMap(({ name }) => outcomes.get(name) ?? []);
}

function outcomeOf({ state, error }: RoleRecord): RoleOutcome {
  return { state, ...(error === undefined ? {} : { error: errorFromData(error) }) };
}
