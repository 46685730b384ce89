import {
  type Awaiter,
  canonicalJson,
  HeddleError,
  type Json,
  type NodeSession,
  type PlanRole,
  type PlanSlice,
  suggest,
} from '@heddle/core';

export interface CurrentPlanOptions {
  readonly slice: PlanSlice;
  /** Read the node's slice as it is now. Throws store errors. */
  readonly read: () => Promise<PlanSlice>;
  /** Repeat what may be repeated while the store does not answer. */
  readonly patiently: <T>(operation: () => Promise<T>) => Promise<T>;
  readonly awaiterOf: (slice: PlanSlice) => Awaiter;
}

/** What an incarnation runs by: the node's slice of the plan, and what awaits its inputs. Replaced when the deployment has grown. */
export class CurrentPlan {
  readonly #options: CurrentPlanOptions;
  #slice: PlanSlice;
  #awaiter: Awaiter;
  #hasGrown = false;

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

  /** Whether another plan took the place of the one that the incarnation began with. */
  get hasGrown(): boolean {
    return this.#hasGrown;
  }

  /** A role by its name, as it is defined now; throws not-found. */
  role(name: string): PlanRole {
    return roleNamed(this.#slice, name);
  }

  /** Take over a plan that has grown since. No role that reads may run meanwhile. Throws store errors. */
  async renew(): Promise<void> {
    const { patiently, read } = this.#options;
    await this.#take(await patiently(read));
  }

  /** As `renew`, but go by the plan that there is while the store does not answer: a role may begin without it. */
  async renewUnlessAway(session: NodeSession): Promise<void> {
    const slice = await session.unlessStoreAway(this.#options.read);
    if (slice !== undefined) await this.#take(slice);
  }

  async #take(slice: PlanSlice): Promise<void> {
    if (canonicalJson(slice as unknown as Json) === canonicalJson(this.#slice as unknown as Json)) return;
    await this.#awaiter.close();
    this.#hasGrown = true;
    this.#slice = slice;
    this.#awaiter = this.#options.awaiterOf(slice);
  }

  async close(): Promise<void> {
    await this.#awaiter.close();
  }
}

/** The role of a node by its name; throws not-found. */
export function roleNamed({ node }: PlanSlice, name: string): PlanRole {
  const role = node.roles.find((candidate) => candidate.name === name);
  if (role !== undefined) return role;
  throw new HeddleError(
    'not-found',
    `node ${node.name} has no role ${name}${suggest(
      name,
      node.roles.map((candidate) => candidate.name),
      'it has',
    )}`,
  );
}
