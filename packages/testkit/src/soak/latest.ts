import type { Key, Store } from '@heddle/core';

/** The latest that a watch was told of each entry; unlike `recordWatch` it keeps nothing else, however long it runs. */
export interface Latest {
  /** Text by key, joined with "/". */
  readonly view: ReadonlyMap<string, string>;
  /** Wait until it holds; rejects when the watch has failed, or after `patienceMs`. */
  until(what: string, patienceMs: number, holds: (view: ReadonlyMap<string, string>) => boolean): Promise<void>;
}

/** Watch a prefix until the store is closed. */
export function watchLatest(store: Store, prefix: Key): Latest {
  const view = new Map<string, string>();
  const waiting = new Set<() => void>();
  let failure: Error | undefined;
  const changed = (): void => {
    for (const check of waiting) check();
  };
  store.watch(prefix, {
    state({ key, value }) {
      view.set(key.join('/'), new TextDecoder().decode(value));
      changed();
    },
    gone(key) {
      view.delete(key.join('/'));
      changed();
    },
    synced: () => undefined,
    status: () => undefined,
    failed(error) {
      failure = error;
      changed();
    },
  });
  return {
    view,
    until: (what, patienceMs, holds) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (failure === undefined && !holds(view)) return;
          clearTimeout(timer);
          waiting.delete(check);
          if (failure === undefined) resolve();
          else reject(failure);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`a watch was not told ${what} within ${patienceMs} ms`));
        }, patienceMs);
        waiting.add(check);
        check();
      }),
  };
}
