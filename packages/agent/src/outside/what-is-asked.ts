import { type NodeSession, outgrownRoles, type PlanRole, takeRequest } from '@heddle/core';
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
  /** Run a role by the run that has come. */
  readonly run: (role: PlanRole, guest: Guest) => Promise<RoleOutcome | undefined>;
  /** Repeat what may be repeated while the store does not answer. */
  readonly patiently: <T>(operation: () => Promise<T>) => Promise<T>;
}

/**
 * Take what is to be run again by now, because somebody asks or a group has grown while a role began; where runs come from outside, also whatever comes until the agent is stopped.
 *
 * @param isIdle  True when nothing else is left to run: then it waits for such a run.
 */
export async function whatIsAsked(options: AskedOptions, isIdle: boolean): Promise<Asked> {
  const { session, plan, entrance, ending, run, patiently } = options;
  for (;;) {
    await session.recorded();
    const names = await patiently(() => takeRequest(session));
    if (names.length > 0 || !isIdle) return { names };
    // Who made the group grow has not seen a role that was about to begin by the plan before.
    await plan.renew();
    const outgrown = plan.hasGrown ? await patiently(() => outgrownRoles(session, plan.slice)) : [];
    if (outgrown.length > 0 || !entrance.isOpen) return { names: outgrown };
    const call = await nextCall(session, entrance, ending);
    if (call !== undefined) return { come: call.role, run: () => run(plan.role(call.role), call.guest) };
    if (ending.aborted) return { names };
  }
}
