import type { Key, Store } from '@heddle/core';

/** A watch that writes down what it is told, e.g. `state a/b`, `gone a/b`, `synced`, `status down`. */
export interface Watching {
  readonly calls: readonly string[];
  /** Wait until it holds for what was told so far; rejects after 30 s. */
  until(done: (calls: readonly string[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Watch a prefix until the store is closed. */
export function startWatch(store: Store, prefix: Key): Watching {
  const calls: string[] = [];
  let check = (): void => undefined;
  const told = (call: string): void => {
    calls.push(call);
    check();
  };
  const watch = store.watch(prefix, {
    state: (entry) => told(`state ${entry.key.join('/')}`),
    gone: (key) => told(`gone ${key.join('/')}`),
    synced: () => told('synced'),
    status: (status) => told(`status ${status}`),
  });
  return {
    calls,
    close: () => watch.close(),
    until: (done) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`waited in vain; told was: ${calls.slice(-20).join('; ')}`)),
          30_000,
        );
        check = () => {
          if (!done(calls)) return;
          clearTimeout(timer);
          resolve();
        };
        check();
      }),
  };
}
