import type { Key, Store, Watch, WatchHandler, WatchOptions } from '@heddle/core';

/** A watch that writes down what it is told. */
export interface WatchRecorder {
  readonly watch: Watch;
  /** Every call in order: `state a/b=text`, `gone a/b`, `synced`, `status down`, `failed denied`. */
  readonly calls: readonly string[];
  /** The entries as the handler knows them, key joined by "/" to text. */
  readonly view: ReadonlyMap<string, string>;
  /** How often something was told, e.g. `synced`. */
  count(call: string): number;
  /** Wait until something was told, and so often; rejects like `until`. @default once */
  told(call: string, times?: number): Promise<void>;
  /** Wait until it holds; rejects with the last that was told when the patience is over. */
  until(what: string, holds: (recorder: WatchRecorder) => boolean): Promise<void>;
}

/**
 * Watch a prefix and write down what the handler is told, until the store or the watch is closed.
 *
 * @param patienceMs  The bound of each wait, > 0. @default 60_000
 * @param options  Those of the watch.
 * @throws What `watch` throws.
 */
export function recordWatch(store: Store, prefix: Key, patienceMs = 60_000, options: WatchOptions = {}): WatchRecorder {
  const calls: string[] = [];
  const view = new Map<string, string>();
  const waiting = new Set<() => void>();
  const note = (call: string): void => {
    calls.push(call);
    for (const check of waiting) check();
  };
  const handler: WatchHandler = {
    state(entry) {
      const [name, text] = [entry.key.join('/'), new TextDecoder().decode(entry.value)];
      view.set(name, text);
      note(`state ${name}=${text}`);
    },
    gone(key) {
      view.delete(key.join('/'));
      note(`gone ${key.join('/')}`);
    },
    synced: () => note('synced'),
    status: (status) => note(`status ${status}`),
    failed: (error) => note(`failed ${error.code}`),
  };
  const watch = store.watch(prefix, handler, options);
  const recorder: WatchRecorder = {
    watch,
    calls,
    view,
    count: (call) => calls.filter((one) => one === call).length,
    told: (call, times = 1) => recorder.until(`"${call}"`, ({ count }) => count(call) >= times),
    until(what, holds) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds(recorder)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          const last = calls.slice(-20).join('; ');
          reject(new Error(`${what} was not told within ${patienceMs} ms; the last of ${calls.length} calls: ${last}`));
        }, patienceMs);
        waiting.add(check);
        check();
      });
    },
  };
  return recorder;
}
