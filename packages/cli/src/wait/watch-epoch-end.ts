import {
  currentKey,
  type DeploymentState,
  type Entry,
  epochKeys,
  HeddleError,
  type Key,
  parse,
  type Store,
  toHeddleError,
} from '@heddle/core';

/**
 * Tell when a deployment is aborted or another epoch becomes current: nothing more comes from this one.
 *
 * @param fail  Gets aborted, fenced, or what makes it impossible to see.
 */
export function watchEpochEnd(
  store: Store,
  { deployment, epoch }: Pick<DeploymentState, 'deployment' | 'epoch'>,
  fail: (error: HeddleError) => void,
): { close(): Promise<void> } {
  const watch = (key: Key, judge: (entry: Entry) => HeddleError | undefined) =>
    store.watch(key, {
      state(entry) {
        try {
          const error = judge(entry);
          if (error !== undefined) fail(error);
        } catch (thrown) {
          fail(toHeddleError(thrown));
        }
      },
      gone: () => undefined,
      synced: () => undefined,
      status: () => undefined,
      failed: fail,
    });
  const watches = [
    watch(currentKey(deployment), (entry) => {
      const { epoch: current } = parse<{ epoch: string }>(entry);
      // Who waits in an older epoch named it, and knew.
      if (Number(current) <= Number(epoch)) return undefined;
      return new HeddleError(
        'fenced',
        `epoch ${epoch} of deployment ${deployment} is closed: epoch ${current} was started`,
        {
          next: ['heddle status  shows the new one'],
        },
      );
    }),
    watch(epochKeys(deployment, epoch).abort(), (entry) => {
      const { reason, by } = parse<{ reason?: string; by: string }>(entry);
      return new HeddleError(
        'aborted',
        `deployment ${deployment} was aborted by ${by}${reason === undefined ? '' : `: ${reason}`}`,
        {
          next: ['heddle abort --cancel  lifts it'],
        },
      );
    }),
  ];
  return { close: async () => void (await Promise.all(watches.map((each) => each.close()))) };
}
