import type { Key, Store } from '@heddle/core';

/** Watch a prefix until `done` holds for what was told so far; the watch is closed then. Rejects after 20 s. */
export function watchUntil(
  store: Store,
  prefix: Key,
  done: (calls: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const calls: string[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`waited in vain; told was: ${calls.slice(-20).join('; ')}`)),
      20_000,
    );
    const told = (call: string): void => {
      calls.push(call);
      if (!done(calls)) return;
      clearTimeout(timer);
      watch.close().then(() => resolve(calls), reject);
    };
    const watch = store.watch(prefix, {
      state: (entry) => told(`state ${entry.key.join('/')}`),
      gone: (key) => told(`gone ${key.join('/')}`),
      synced: () => told('synced'),
      status: (status) => told(`status ${status}`),
    });
  });
}
