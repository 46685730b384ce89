import type { Epoch, Store } from '@heddle/core';

/** Resolve when a watch of the election has told that there is a steward, or that there is none any more. */
export function told(store: Store, epoch: Epoch, news: 'state' | 'gone'): Promise<void> {
  return new Promise((resolve) => {
    const nothing = () => undefined;
    let isThere = false;
    store.watch(epoch.keys.steward(), {
      state: () => {
        isThere = true;
        if (news === 'state') resolve();
      },
      gone: () => {
        if (news === 'gone') resolve();
      },
      synced: () => {
        if (news === 'gone' && !isThere) resolve();
      },
      status: nothing,
      failed: nothing,
    });
  });
}
