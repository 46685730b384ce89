import { planGrowth } from '../../plan/growth.ts';
import type { Plan, PlanSlice } from '../../plan/plan.ts';
import { sliceFor } from '../../plan/slice.ts';
import { inParallel } from '../../store/in-parallel.ts';
import type { Store, StoreCredentials } from '../../store/store.ts';
import type { Clock } from '../../time/clock.ts';
import { readAbort } from '../abort/abort-epoch.ts';
import { abortedError } from '../abort/aborted-error.ts';
import { type Epoch, openEpoch, parse } from '../epoch.ts';
import { NodeSession } from '../node-session.ts';
import { checkGrowth, type GrownEpoch, growEpoch } from '../scale/grow-epoch.ts';
import { writeSlices } from '../scale/write-slices.ts';
import { takeDueRoles } from './due-roles.ts';
import { waitForNoMembers } from './no-members.ts';

export interface ResumeOptions {
  readonly clock: Clock;
  /** Who continues it, `root@ops`. */
  readonly by: string;
  /** What the nodes connect with, where each has credentials of its own and as far as it is known here. @default none */
  readonly credentials?: ReadonlyMap<string, StoreCredentials>;
  /** Told once when agents of the last run are still there: their entries go with their sessions. */
  readonly onWait: (nodes: readonly string[]) => void;
}

/** An epoch that goes on, and what is new in it. */
export interface ResumedEpoch extends Epoch {
  /** The credentials in it belong into files before it is announced. */
  readonly grown: GrownEpoch;
}

/**
 * Continue the current epoch of a deployment: its values stand, roles that ended well and need not run again stay, all others are pending
 * when this resolves, before any agent is started. What the file says of deadlines, places and larger groups is taken over.
 *
 * @throws config-invalid when the plan is another one, with what changed; aborted while the deployment is; agent-busy when an agent of it
 *   lives; not-found when there is no epoch; capability and store errors.
 */
export async function resumeEpoch(store: Store, plan: Plan, options: ResumeOptions): Promise<ResumedEpoch> {
  const { clock, onWait, by, credentials = new Map() } = options;
  const epoch = await openEpoch(store, plan.deployment);
  const stored = await store.list(epoch.keys.plans());
  checkGrowth(
    plan,
    epoch,
    planGrowth(
      stored.map((entry) => parse<PlanSlice>(entry).node),
      plan,
      epoch.hasOwnCredentials,
    ),
  );
  const abort = await readAbort(store, epoch);
  if (abort !== undefined) throw abortedError(`epoch ${epoch.keys.epoch} cannot go on`, plan.deployment, abort);
  await waitForNoMembers(store, epoch, clock, onWait);
  const grown = await growEpoch(store, epoch, plan, { by, clock, credentials });
  // With larger groups the whole plan was written.
  if (Object.keys(grown.groups).length === 0)
    await writeSlices(store, epoch, plan, await store.list(epoch.keys.plans()));
  // What was asked of single nodes is part of what is done now.
  for (const { key, rev } of await store.list(epoch.keys.retries())) await store.delete(key, { expect: { rev } });
  await inParallel(plan.nodes, async ({ name }) => {
    // The incarnation fences whatever may still write for the node.
    const session = await NodeSession.begin({ store, epoch, node: name, clock, announce: false });
    await takeDueRoles(session, sliceFor(plan, name));
  });
  return { ...epoch, grown };
}
