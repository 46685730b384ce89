import { HeddleError, readState, type Store } from '@heddle/core';

/** How long roles worked in an epoch. */
export interface MeasuredWork {
  readonly epoch: string;
  /** Milliseconds from start to end without the waits of its reads, by `NODE.ROLE`; of roles that ended well. */
  readonly workMs: ReadonlyMap<string, number>;
}

/**
 * Read from a store how long the roles of a deployment worked.
 *
 * @param epoch  @default the current one
 * @throws not-found when no role ended well in it; whatever the store throws.
 */
export async function measuredWork(store: Store, deployment: string, epoch?: string): Promise<MeasuredWork> {
  const state = await readState(store, deployment, epoch);
  const workMs = new Map<string, number>();
  for (const { state: outcome, node, role, startedAt, endedAt, blockedMs = 0 } of state.roles) {
    if (outcome !== 'done' || startedAt === undefined || endedAt === undefined) continue;
    workMs.set(`${node}.${role}`, Math.max(0, Date.parse(endedAt) - Date.parse(startedAt) - blockedMs));
  }
  if (workMs.size > 0) return { epoch: state.epoch, workMs };
  throw new HeddleError('not-found', `no role of deployment ${deployment} has ended well in epoch ${state.epoch}`, {
    next: ['name an epoch that has ended: --epoch NUMBER', 'leave --measured out: then roles are counted'],
  });
}
