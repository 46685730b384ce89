import { type HeddleError, toHeddleError } from '../errors/heddle-error.ts';

/**
 * Writes the records of a node's roles one after the other, and lets its roles go on while the store is away.
 *
 * A role writes few records and a node has few roles, so the plan bounds the queue; how long a write is tried, the session decides.
 */
export class RecordQueue {
  readonly #onFailure: (error: HeddleError) => void;
  readonly #whenAway = new Set<() => void>();
  #last: Promise<void> = Promise.resolve();
  #failure: HeddleError | undefined;
  #isAway = false;
  /** Records for which nobody waits any more, and that are not written yet. */
  #behind = 0;

  /** @param onFailure  Told when a record could not be written for which nobody waits any more. */
  constructor(onFailure: (error: HeddleError) => void) {
    this.#onFailure = onFailure;
  }

  /** Write after all that came before; resolves when that is done, or when the store is away. Rejects only before that. */
  add(write: () => Promise<unknown>): Promise<void> {
    const stored = this.#last.then(async () => void (await write()));
    this.#last = stored.catch(() => undefined);
    return new Promise((resolve, reject) => {
      let isQueued = false;
      const queued = () => {
        isQueued = true;
        this.#behind += 1;
        resolve();
      };
      const settled = () => {
        this.#whenAway.delete(queued);
        if (isQueued) this.#behind -= 1;
      };
      stored.then(
        () => {
          settled();
          resolve();
        },
        (thrown: unknown) => {
          settled();
          if (isQueued) this.#fail(toHeddleError(thrown));
          else reject(thrown);
        },
      );
      if (this.#isAway) queued();
      else this.#whenAway.add(queued);
    });
  }

  /** True while a record is not written for which nobody waits any more. */
  get isBehind(): boolean {
    return this.#behind > 0;
  }

  /** Tell whether the store answers: nobody waits for a record while it does not. */
  storeIsAway(isAway: boolean): void {
    this.#isAway = isAway;
    if (!isAway) return;
    for (const queued of this.#whenAway) queued();
    this.#whenAway.clear();
  }

  /** Resolve when every record is written; throws the error of the first that could not be. */
  async drained(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: HeddleError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#onFailure(error);
  }
}
