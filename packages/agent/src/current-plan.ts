import { type Awaiter, canonicalJson, type Json, type PlanSlice } from '@heddle/core';

export interface CurrentPlanOptions {
  readonly slice: PlanSlice;
  /** Read the node's slice as it is now. Throws store errors. */
  readonly read: () => Promise<PlanSlice>;
  readonly awaiterOf: (slice: PlanSlice) => Awaiter;
}

/** What an incarnation runs by: the node's slice of the plan, and what awaits its inputs. Replaced when the deployment has grown. */
export class CurrentPlan {
  readonly #options: CurrentPlanOptions;
  #slice: PlanSlice;
  #awaiter: Awaiter;

  constructor(options: CurrentPlanOptions) {
    this.#options = options;
    this.#slice = options.slice;
    this.#awaiter = options.awaiterOf(options.slice);
  }

  get slice(): PlanSlice {
    return this.#slice;
  }

  get awaiter(): Awaiter {
    return this.#awaiter;
  }

  /** Take over a plan that has grown since: who asks for roles again may ask because of that. No role may run meanwhile. Throws store errors. */
  async renew(): Promise<void> {
    const slice = await this.#options.read();
    if (canonicalJson(slice as unknown as Json) === canonicalJson(this.#slice as unknown as Json)) return;
    await this.#awaiter.close();
    this.#slice = slice;
    this.#awaiter = this.#options.awaiterOf(slice);
  }

  async close(): Promise<void> {
    await this.#awaiter.close();
  }
}
