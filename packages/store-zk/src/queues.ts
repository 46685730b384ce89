import type { Key } from '@heddle/core';

/** One queue for each key: its writes happen in the order in which they were asked for. */
export interface Queues {
  /** Queue up; whoever has entered leaves in any case. */
  enter(key: Key): { readonly turn: Promise<void>; leave(): void };
}

/** Create the queues; one that is empty takes no room. */
export function createQueues(): Queues {
  const last = new Map<string, Promise<void>>();
  return {
    enter(key) {
      const id = JSON.stringify(key);
      const turn = last.get(id) ?? Promise.resolve();
      let done = (): void => undefined;
      const own = new Promise<void>((resolve) => {
        done = resolve;
      });
      const after = turn.then(() => own);
      last.set(id, after);
      void after.then(() => (last.get(id) === after ? last.delete(id) : false));
      return { turn, leave: () => done() };
    },
  };
}
