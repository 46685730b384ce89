/** Queues by name: who has entered one gets its turn when all before it have left. */
export interface Queues {
  /** Queue up; whoever has entered leaves in any case. */
  enter(queue: string): { readonly turn: Promise<void>; leave(): void };
}

/** Create the queues, e.g. one for each key, whose writes then happen in the order in which they were asked for. An empty one takes no room. */
export function createQueues(): Queues {
  const last = new Map<string, Promise<void>>();
  return {
    enter(queue) {
      const turn = last.get(queue) ?? Promise.resolve();
      let leave = (): void => undefined;
      const own = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const after = turn.then(() => own);
      last.set(queue, after);
      void after.then(() => (last.get(queue) === after ? last.delete(queue) : false));
      return { turn, leave: () => leave() };
    },
  };
}
