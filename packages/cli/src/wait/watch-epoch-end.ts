import {
  type AbortRecord,
  abortedError,
  closedEpochError,
  type DeploymentState,
  type Entry,
  epochKeys,
  type HeddleError,
  type Key,
  parse,
  type Store,
  toHeddleError,
} from '@heddle/core';

/**
 * Tell when a deployment is aborted or its epoch is closed because another one was started: nothing more comes from this one.
 *
 * @param what  What waits, for the message of an abort.
 * @param fail  Gets aborted, fenced, or what makes it impossible to see.
 */
export function watchEpochEnd(
  store: Store,
  { deployment, epoch }: Pick<DeploymentState, 'deployment' | 'epoch'>,
  what: () => string,
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
      return closedEpochError(deployment, epoch);
    }),
    watch(keys.abort(), (entry) => {
      const record = parse<AbortRecord>(entry);
      return record.isClosed === true ? undefined : abortedError(what(), deployment, record);
    }),
  ];
  return { close: async () => void (await Promise.all(watches.map((each) => each.close()))) };
}
