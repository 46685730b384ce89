import { type NodeSession, type PlanRole, takeRequest } from '@heddle/core';
import type { CurrentPlan } from '../current-plan.ts';
import type { Asked } from '../resume/run-queue.ts';
import type { RoleOutcome } from '../role/role-run.ts';
import type { Entrance, Guest } from './entrance.ts';
import { nextCall } from './next-call.ts';

export interface AskedOptions {
  readonly session: NodeSession;
  readonly plan: CurrentPlan;
  readonly entrance: Entrance;
  /** Aborted when the agent does nothing more. */
  readonly ending: AbortSignal;
  readonly roleNamed: (name: string) => PlanRole;
  /** Run a role by the run that has come. */
  readonly run: (role: PlanRole, guest: Guest) => Promise<RoleOutcome | undefined>;
  /** Repeat what may be repeated while the store does not answer. */
  readonly patiently: <T>(operation: () => Promise<T>) => Promise<T>;
}

/**
 * Take what is to be run again by now; where runs come from outside, also whatever comes until the agent is stopped.
 *
 * @param isIdle  True when nothing else is left to run: then it waits for such a run.
 */
export async function whatIsAsked(options: AskedOptions, isIdle: boolean): Promise<Asked> {
  const { session, plan, entrance, ending, roleNamed, run, patiently } = options;
  for (;;) {
    await session.recorded();
    const names = await patiently(() => takeRequest(session));
    if (names.length > 0) await plan.renew();
    if (names.length > 0 || !isIdle || !entrance.isOpen) return { names };
    const call = await nextCall(session, entrance, ending);
    if (call !== undefined) return { come: call.role, run: () => run(roleNamed(call.role), call.guest) };
    if (ending.aborted) return { names };
  }
}
