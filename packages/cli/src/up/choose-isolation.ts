import { HeddleError, type Isolation, openEpoch, type Store } from '@heddle/core';
import type { UpOptions } from './run-deployment.ts';

/**
 * Choose how the nodes are isolated: in an epoch that goes on as it was begun, since roles that were written for machines of their own must
 * not run on this computer itself because a word was forgotten.
 *
 * @throws usage when another isolation is asked for than the epoch was begun with; not-found, fenced and store errors.
 */
export async function chooseIsolation(
  { plan, isolate, isResumed }: Pick<UpOptions, 'plan' | 'isolate' | 'isResumed'>,
  store: Store,
): Promise<Isolation> {
  if (!isResumed) return isolate ?? 'process';
  const { keys, isolation } = await openEpoch(store, plan.deployment);
  if (isolate === undefined || isolation === undefined || isolate === isolation)
    return isolation ?? isolate ?? 'process';
  throw new HeddleError(
    'usage',
    `epoch ${keys.epoch} of deployment ${plan.deployment} was begun with --isolate ${isolation}, and goes on with that`,
    {
      next: [
        `heddle up --resume  goes on with --isolate ${isolation}`,
        `heddle up --isolate ${isolate}  starts a new epoch`,
      ],
    },
  );
}
