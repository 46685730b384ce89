import { type Epoch, isHeddleError, openEpoch, type Plan, readScale, type Store } from '@heddle/core';
import { openPlanStore } from '../deployment/open-plan-store.ts';

/** Compile the deployment file with other sizes of groups than it says. */
export type LoadWith = (counts: Readonly<Record<string, number>>) => Promise<Plan>;

/**
 * Load the plan that the current epoch goes on with: what the file says, with groups at least as large as they were scaled to.
 *
 * @throws What `load` throws, and store errors.
 */
export async function loadScaled(plan: Plan, url: string, load: LoadWith): Promise<Plan> {
  const store = await openPlanStore(plan, url);
  try {
    return await withScaledGroups(store, plan, load);
  } finally {
    await store.close();
  }
}

/** As `loadScaled`, with a store that is open. */
export async function withScaledGroups(store: Store, plan: Plan, load: LoadWith): Promise<Plan> {
  let epoch: Epoch;
  try {
    epoch = await openEpoch(store, plan.deployment);
  } catch (thrown) {
    // Whoever goes on with the epoch says it in its own words.
    if (isHeddleError(thrown) && (thrown.code === 'not-found' || thrown.code === 'fenced')) return plan;
    throw thrown;
  }
  return withGroupsOf(store, epoch, plan, load);
}

/** As `loadScaled`, for an epoch that is open. */
export async function withGroupsOf(store: Store, epoch: Epoch, plan: Plan, load: LoadWith): Promise<Plan> {
  const scale = await readScale(store, epoch);
  const larger = Object.entries(scale?.groups ?? {}).filter(([group, count]) => count > (plan.groups[group] ?? count));
  return larger.length === 0 ? plan : load(Object.fromEntries(larger));
}
