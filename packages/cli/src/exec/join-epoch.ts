import {
  currentKey,
  type Epoch,
  HeddleError,
  openEpoch,
  type Plan,
  type Store,
  startEpoch,
  systemClock,
  toHeddleError,
} from '@heddle/core';
import { checkAdapters } from '../deployment/check-adapters.ts';

/** How long another process may take to start the first epoch, in ms. */
const startTimeoutMs = 30_000;

export interface JoinOptions {
  readonly deployment: string;
  /** Its number as text; undefined: the current one. */
  readonly epoch: string | undefined;
  /** From the deployment file; with it the first epoch is started when there is none. */
  readonly plan: Plan | undefined;
}

/**
 * Open the epoch that a command belongs to; with a deployment file, start the first one when there is none, as `heddle seed` would.
 *
 * Several machines may do so at the same time: one starts it, the others join.
 * @throws not-found when there is none and nothing to start it from; plan-invalid; store errors.
 */
export async function joinEpoch(store: Store, { deployment, epoch, plan }: JoinOptions): Promise<Epoch> {
  const isThere = epoch !== undefined || (await store.get(currentKey(deployment))) !== undefined;
  if (isThere || plan === undefined) return openEpoch(store, deployment, epoch);
  await checkAdapters(plan);
  try {
    return await startEpoch(store, { ...plan, deployment }, { onlyFirst: true });
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'fenced') throw thrown;
    await firstEpoch(store, deployment);
    return openEpoch(store, deployment);
  }
}

/** Resolve when another process has made an epoch the current one. */
function firstEpoch(store: Store, deployment: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const nothing = () => undefined;
    const end = (settle: () => void) => {
      cancel();
      watch.close().then(settle, reject);
    };
    const watch = store.watch(currentKey(deployment), {
      state: () => queueMicrotask(() => end(resolve)),
      gone: nothing,
      synced: nothing,
      status: nothing,
      failed: (error) => end(() => reject(error)),
    });
    const cancel = systemClock.timer(startTimeoutMs, () =>
      end(() =>
        reject(
          new HeddleError('fenced', `another process began to start deployment ${deployment} and did not finish`, {
            next: [`heddle seed FILE starts a new epoch`],
          }),
        ),
      ),
    );
  });
}
