/** Milliseconds of virtual time in which a simulated world ends at the latest. */
const longestRunMs = 24 * 3600_000;

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * Owns all time of a simulated world: a queue of events, each at its moment, those of one moment in the order in which they were asked for.
 *
 * Between two events every promise that can settle has settled, so what happens depends on nothing but the events.
 */
export class Scheduler {
  readonly #heap: Scheduled[] = [];
  #nowMs = 0;
  #order = 0;
  #events = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  /** Let something happen in `delayMs`, never within this call. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, run, isCancelled: false };
    this.#order += 1;
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Let events happen until `isOver`, or until there are none, or until `untilMs`. Resolves with whether it was over. */
  async run(isOver: () => boolean, untilMs = longestRunMs): Promise<boolean> {
    await settled();
    while (!isOver()) {
      const event = this.#heap[0];
      if (event === undefined || event.atMs > untilMs) return false;
      this.#pop();
      if (event.isCancelled) continue;
      this.#nowMs = event.atMs;
      this.#events += 1;
      event.run();
      await settled();
    }
    return true;
  }

  #push(event: Scheduled): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as Scheduled)) break;
      heap[index] = heap[parent] as Scheduled;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Scheduled;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Scheduled, heap[child] as Scheduled)) child += 1;
      if (!isBefore(heap[child] as Scheduled, last)) break;
      heap[index] = heap[child] as Scheduled;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Resolve when no promise can settle any more without another event: microtasks run before the next turn does. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
