import {
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
 * Tell when a deployment is aborted or its epoch is closed because another one was started: nothing more comes from this one.
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
  const keys = epochKeys(deployment, epoch);
  const watches = [
    watch(keys.open(), (entry) => {
      if (parse<{ state: string }>(entry).state !== 'closed') return undefined;
      return new HeddleError(
        'fenced',
        `epoch ${epoch} of deployment ${deployment} is closed: a newer one was started`,
        {
          next: ['heddle status  shows the new one'],
        },
      );
    }),
    watch(keys.abort(), (entry) => {
      const { reason, by, isClosed } = parse<{ reason?: string; by: string; isClosed?: boolean }>(entry);
      if (isClosed === true) return undefined;
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
