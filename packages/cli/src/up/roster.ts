import {
  type Epoch,
  type HeddleError,
  type PlanNode,
  type PlanSlice,
  parse,
  parseScale,
  type Store,
  toHeddleError,
  type Watch,
} from '@heddle/core';

/** The nodes of an epoch as its plan has them now: `heddle scale` adds members while `heddle up` runs. */
export class Roster {
  readonly #store: Store;
  readonly #epoch: Epoch;
  readonly #onAdded: (node: string) => void;
  readonly #watch: Watch;
  #nodes: readonly PlanNode[];
  #readAt: string | undefined;
  #reading: Promise<void> = Promise.resolve();

  /**
   * @param nodes    Those that are there at the start.
   * @param onAdded  Told of every other one, once.
   */
  constructor(
    store: Store,
    epoch: Epoch,
    nodes: readonly PlanNode[],
    onAdded: (node: string) => void,
    onError: (error: HeddleError) => void,
  ) {
    this.#store = store;
    this.#epoch = epoch;
    this.#nodes = nodes;
    this.#onAdded = onAdded;
    const look = () => this.look().catch((thrown: unknown) => onError(toHeddleError(thrown)));
    this.#watch = store.watch(
      epoch.keys.scale(),
      {
        state: () => void look(),
        gone: () => undefined,
        synced: () => undefined,
        status: () => undefined,
        failed: onError,
      },
      { below: false },
    );
  }

  get nodes(): readonly PlanNode[] {
    return this.#nodes;
  }

  has(name: string): boolean {
    return this.#nodes.some((node) => node.name === name);
  }

  /** Look whether the plan has grown. Resolves with true when there are new nodes, which are told by then. Throws store errors. */
  async look(): Promise<boolean> {
    const before = this.#nodes.length;
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined);
    await reading;
    return this.#nodes.length > before;
  }

  close(): Promise<void> {
    return this.#watch.close();
  }

  async #read(): Promise<void> {
    const entry = await this.#store.get(this.#epoch.keys.scale());
    const scale = parseScale(entry);
    if (entry === undefined || scale === undefined || !scale.isReady || entry.rev === this.#readAt) return;
    const plans = await this.#store.list(this.#epoch.keys.plans());
    const known = new Set(this.#nodes.map(({ name }) => name));
    const now = plans.map((plan) => parse<PlanSlice>(plan).node);
    const added = now.filter(({ name }) => !known.has(name));
    const byName = new Map(now.map((node) => [node.name, node]));
    // Also those that were there: their roles gather from more members now.
    this.#nodes = [...this.#nodes.map((node) => byName.get(node.name) ?? node), ...added];
    this.#readAt = entry.rev;
    for (const { name } of added) this.#onAdded(name);
  }
}
