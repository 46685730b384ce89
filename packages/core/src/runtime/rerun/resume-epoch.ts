import { HeddleError } from '../../errors/heddle-error.ts';
import { planChanges } from '../../plan/changes.ts';
import type { Plan, PlanSlice } from '../../plan/plan.ts';
import { sliceFor } from '../../plan/slice.ts';
import { inParallel } from '../../store/in-parallel.ts';
import { type Entry, encodeRecord, type Store } from '../../store/store.ts';
import type { Clock } from '../../time/clock.ts';
import { canonicalJson, type Json } from '../../values/json.ts';
import { readAbort } from '../abort/abort-epoch.ts';
import { abortedError } from '../abort/aborted-error.ts';
import { type Epoch, openEpoch, parse } from '../epoch.ts';
import { NodeSession } from '../node-session.ts';
import { takeDueRoles } from './due-roles.ts';
import { waitForNoMembers } from './no-members.ts';

export interface ResumeOptions {
  readonly clock: Clock;
  /** Told once when agents of the last run are still there: their entries go with their sessions. */
  readonly onWait: (nodes: readonly string[]) => void;
}

/**
 * Continue the current epoch of a deployment: its values stand, roles that ended well and need not run again stay, all others are pending
 * when this resolves, before any agent is started. What the file says of deadlines and places is taken over.
 *
 * @throws config-invalid when the plan is another one, with what changed; aborted while the deployment is; agent-busy when an agent of it
 *   lives; not-found when there is no epoch; capability and store errors.
 */
export async function resumeEpoch(store: Store, plan: Plan, { clock, onWait }: ResumeOptions): Promise<Epoch> {
  const epoch = await openEpoch(store, plan.deployment);
  const stored = await store.list(epoch.keys.plans());
  checkSame(plan, epoch, stored);
  const abort = await readAbort(store, epoch);
  if (abort !== undefined) throw abortedError(`epoch ${epoch.keys.epoch} cannot go on`, plan.deployment, abort);
  await waitForNoMembers(store, epoch, clock, onWait);
  await updateSlices(store, epoch, plan, stored);
  // What was asked of single nodes is part of what is done now.
  for (const { key, rev } of await store.list(epoch.keys.retries())) await store.delete(key, { expect: { rev } });
  await inParallel(plan.nodes, async ({ name }) => {
    // The incarnation fences whatever may still write for the node.
    const session = await NodeSession.begin({ store, epoch, node: name, clock, announce: false });
    await takeDueRoles(session, sliceFor(plan, name));
  });
  return epoch;
}

function checkSame(plan: Plan, epoch: Epoch, stored: readonly Entry[]): void {
  const changes = planChanges(
    stored.map((entry) => parse<PlanSlice>(entry).node),
    plan.nodes,
  );
  if (changes.length === 0) return;
  throw new HeddleError(
    'config-invalid',
    `deployment ${plan.deployment} is another one than that of epoch ${epoch.keys.epoch}, which cannot go on with it`,
    {
      notes: changes
        .slice(0, mostNamed)
        .concat(changes.length > mostNamed ? [`and ${changes.length - mostNamed} more`] : []),
      next: [
        'heddle up  starts a new epoch with it',
        'or take the change back (--set and --deadline as before), then heddle up --resume',
      ],
    },
  );
}

const mostNamed = 10;

async function updateSlices(store: Store, epoch: Epoch, plan: Plan, stored: readonly Entry[]): Promise<void> {
  const before = new Map(stored.map((entry) => [entry.key.at(-1) as string, entry]));
  for (const { name } of plan.nodes) {
    const entry = before.get(name);
    const slice = sliceFor(plan, name) as unknown as Json;
    if (entry === undefined || canonicalJson(parse<Json>(entry)) === canonicalJson(slice)) continue;
    const written = await store.put(entry.key, encodeRecord(slice), {
      expect: { rev: entry.rev },
      guards: [epoch.openGuard],
    });
    if (!written.ok)
      throw new HeddleError('fenced', `another process changed the plan of node ${name} at the same time`);
  }
}
