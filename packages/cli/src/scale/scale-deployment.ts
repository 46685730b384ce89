import {
  abortedError,
  type Epoch,
  type GroupGrowth,
  growEpoch,
  HeddleError,
  openEpoch,
  type Plan,
  type RoleRef,
  readAbort,
  requestRerun,
  type Store,
  systemClock,
} from '@heddle/core';
import { addCredentials, readKeptCredentials } from '../deployment/keep-credentials.ts';
import { who } from '../deployment/who.ts';
import { takenOrGone } from '../retry/taken-or-gone.ts';

/** What scaling a deployment has done. */
export interface Scaled {
  readonly epoch: Epoch;
  readonly groups: Readonly<Record<string, GroupGrowth>>;
  /** The new members, in plan order. */
  readonly added: readonly string[];
  /** The files of their credentials, where nodes have their own. */
  readonly credentials: ReadonlyMap<string, string>;
  /** True: a `heddle up` runs, and starts them. */
  readonly isUp: boolean;
  /** The roles that have to run again, as a group that they gather from has grown. */
  readonly outdated: readonly RoleRef[];
  /** Those of them of which nobody runs the node now. */
  readonly left: readonly RoleRef[];
  /** Resolve when all others are taken, with those that nobody has taken: their agents have ended meanwhile. Throws store errors. */
  settled(): Promise<readonly RoleRef[]>;
}

/**
 * Let groups of a running deployment grow in its current epoch, and have the roles that gather from them run again by whoever runs their
 * nodes.
 *
 * @param plan  The deployment with the larger groups.
 * @param folder  Where the credentials of the epoch's nodes are; undefined: in the deployment's state folder.
 * @throws config-invalid when the plan differs by more than that; aborted while the deployment is; not-found without an epoch; store errors.
 */
export async function scaleDeployment(store: Store, plan: Plan, folder?: string): Promise<Scaled> {
  const { deployment } = plan;
  const epoch = await openEpoch(store, deployment);
  const abort = await readAbort(store, epoch);
  if (abort !== undefined) throw abortedError('its groups cannot grow', deployment, abort);
  const hasUp = async () => (await store.get(epoch.keys.up())) !== undefined;
  if (epoch.isolation === 'machine' && (await hasUp())) {
    throw new HeddleError('usage', `no machine can be added while the heddle up of ${deployment} runs its nodes`, {
      next: ['end that heddle up (Ctrl-C), write the larger count into the file, then heddle up --resume'],
    });
  }
  const kept = await readKeptCredentials(plan, epoch, folder);
  const grown = await growEpoch(store, epoch, plan, { by: who(), clock: systemClock, credentials: kept });
  const credentials = await addCredentials(plan, epoch, grown.credentials, folder);
  // Pending before the new members are started: who comes after one of these roles waits for its next run.
  const wasUp = await hasUp();
  const members = new Set((await store.list(epoch.keys.members())).map(({ key }) => key.at(-1) as string));
  const reached = grown.outdated.filter(({ node }) => wasUp || members.has(node));
  const request = await requestRerun(store, epoch, reached, who(), systemClock);
  await grown.announce();
  const settled = async () => {
    const gone = new Set<string>();
    await Promise.all(
      request.nodes.map(async (node) => {
        if ((await takenOrGone(store, epoch, node)) === 'gone' && (await request.withdraw(node))) gone.add(node);
      }),
    );
    return reached.filter(({ node }) => gone.has(node));
  };
  const { groups, added, outdated } = grown;
  const left = outdated.filter((ref) => !reached.includes(ref));
  return { epoch, groups, added, credentials, isUp: await hasUp(), outdated, left, settled };
}
