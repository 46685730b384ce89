import type { Epoch, Key, Store, Watch } from '@heddle/core';

/** Wait until a node's agent has taken what is asked of it, or is gone without. Throws what the watches fail of. */
export function takenOrGone(store: Store, epoch: Epoch, node: string): Promise<'taken' | 'gone'> {
  const watches: Watch[] = [];
  const ended = new Promise<'taken' | 'gone'>((resolve, reject) => {
    const whenAbsent = (key: Key, then: 'taken' | 'gone') => {
      let isThere = false;
      watches.push(
        store.watch(
          key,
          {
            state: () => {
              isThere = true;
            },
            gone: () => resolve(then),
            synced: () => {
              if (!isThere) resolve(then);
            },
            status: () => undefined,
            failed: reject,
          },
          { below: false },
        ),
      );
    };
    whenAbsent(epoch.keys.retry(node), 'taken');
    whenAbsent(epoch.keys.member(node), 'gone');
  });
  return ended.finally(() => Promise.all(watches.map((watch) => watch.close())));
}
