import type { Epoch, Key, Store, Watch, WatchHandler } from '@heddle/core';

/**
 * Wait until what is asked of a node is taken, or nobody is left who would: neither its agent nor a `heddle up`. An entry of one that was
 * killed stays a while. Throws what the watches fail of.
 */
export function takenOrGone(store: Store, epoch: Epoch, node: string): Promise<'taken' | 'gone'> {
  const watches: Watch[] = [];
  const ended = new Promise<'taken' | 'gone'>((resolve, reject) => {
    const watch = (key: Key, told: (isThere: boolean) => void) => {
      let isThere = false;
      const tell = (now: boolean) => {
        isThere = now;
        told(now);
      };
      const handler: WatchHandler = {
        state: () => tell(true),
        gone: () => tell(false),
        synced: () => told(isThere),
        status: () => undefined,
        failed: reject,
      };
      watches.push(store.watch(key, handler, { below: false }));
    };
    watch(epoch.keys.retry(node), (isThere) => {
      if (!isThere) resolve('taken');
    });
    const runners = [epoch.keys.member(node), epoch.keys.up()];
    const known = new Map<Key, boolean>();
    for (const key of runners) {
      watch(key, (isThere) => {
        known.set(key, isThere);
        if (runners.every((runner) => known.get(runner) === false)) resolve('gone');
      });
    }
  });
  return ended.finally(() => Promise.all(watches.map((watch) => watch.close())));
}
