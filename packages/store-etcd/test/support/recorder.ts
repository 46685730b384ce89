import type { Key, Store } from '@heddle/core';

const PATIENCE_MS = 60_000;

/** A watch that writes down what it is told, e.g. `state a/b=text`, `gone a/b`, `synced`, `status down`. */
export interface Recorder {
  readonly calls: readonly string[];
  readonly view: ReadonlyMap<string, string>;
  /** Wait until it holds; rejects with the last calls when the patience is over. */
  until(what: string, holds: (recorder: Recorder) => boolean): Promise<void>;
}

/** Watch a prefix until the store is closed. */
export function record(store: Store, prefix: Key): Recorder {
  const calls: string[] = [];
  const view = new Map<string, string>();
  const checks = new Set<() => void>();
  const told = (call: string): void => {
    calls.push(call);
    for (const check of checks) check();
  };
  store.watch(prefix, {
    state(entry) {
      const [name, text] = [entry.key.join('/'), Buffer.from(entry.value).toString()];
      view.set(name, text);
      told(`state ${name}=${text}`);
    },
    gone(key) {
      view.delete(key.join('/'));
      told(`gone ${key.join('/')}`);
    },
    synced: () => told('synced'),
    status: (status) => told(`status ${status}`),
  });
  const recorder: Recorder = {
    calls,
    view,
    until: (what, holds) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds(recorder)) return;
          clearTimeout(timer);
          checks.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          checks.delete(check);
          reject(new Error(`${what} was not told; the last of ${calls.length} calls: ${calls.slice(-10).join('; ')}`));
        }, PATIENCE_MS);
        checks.add(check);
        check();
      }),
  };
  return recorder;
}

/** How often something was told. */
export function count({ calls }: Recorder, call: string): number {
  return calls.filter((one) => one === call).length;
}
