import { isHeddleError, openEpoch, type Plan, readScale, type Store } from '@heddle/core';
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
  const counts = await scaledGroups(store, plan);
  return Object.keys(counts).length === 0 ? plan : load(counts);
}

/** The groups of the current epoch that were scaled to more members than the plan has; none without an epoch. Throws store errors. */
async function scaledGroups(store: Store, plan: Plan): Promise<Readonly<Record<string, number>>> {
  try {
    const scale = await readScale(store, await openEpoch(store, plan.deployment));
    const larger = Object.entries(scale?.groups ?? {}).filter(
      ([group, count]) => count > (plan.groups[group] ?? count),
    );
    return Object.fromEntries(larger);
  } catch (thrown) {
    // Whoever goes on with the epoch says it in its own words.
    if (isHeddleError(thrown) && (thrown.code === 'not-found' || thrown.code === 'fenced')) return {};
    throw thrown;
  }
}
