import { errorFromData, makePending, type NodeSession, type PlanRole, type RoleRecord } from '@heddle/core';
import type { RoleOutcome } from '../role/role-run.ts';
import { Beside } from './beside.ts';

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
  /** Run a role that runs beside the others; see `PlanRole.atStart`. */
  readonly runBeside: (role: PlanRole) => Promise<RoleOutcome>;
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
  runBeside,
  isStopped,
  asked,
}: QueueOptions): Promise<readonly RoleOutcome[]> {
  const outcomes = new Map([...ended].map(([name, record]) => [name, outcomeOf(record)]));
  const beside = new Beside(runBeside);
  const isBeside = ({ atStart }: PlanRole) => atStart === true;
  for (const role of due.filter(isBeside)) beside.start(role);
  let queue = due.filter((role) => !isBeside(role));
  try {
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
      const again = roles.filter((each) => names.includes(each.name));
      for (const { name } of again) {
        await beside.ended(name);
        await makePending(session, name);
        outcomes.delete(name);
      }
      for (const each of again.filter(isBeside)) beside.start(each);
      const waiting = queue;
      queue = roles.filter((each) => (again.includes(each) && !isBeside(each)) || waiting.includes(each));
      if (queue.length > 0 || again.length > 0) continue;
      if (!beside.isRunning) break;
      // What is asked until they have ended is taken then.
      await beside.allEnded();
    }
  } finally {
    await beside.allEnded();
  }
  for (const [name, outcome] of beside.outcomes()) outcomes.set(name, outcome);
  return roles.flatMap(({ name }) => outcomes.get(name) ?? []);
}

function outcomeOf({ state, error }: RoleRecord): RoleOutcome {
  return { state, ...(error === undefined ? {} : { error: errorFromData(error) }) };
}
