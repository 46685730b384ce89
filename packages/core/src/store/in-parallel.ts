/** Calls at a time: each is a round of the whole cluster, and a login or a new user is work for its processors. */
const MOST_AT_A_TIME = 16;

/** Do something with every item, a few at a time. Rejects with the first failure, and begins no more then. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const run = async (): Promise<void> => {
    while (!hasFailed && next < items.length) {
      const item = items[next] as T;
      next += 1;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: MOST_AT_A_TIME }, run));
}
