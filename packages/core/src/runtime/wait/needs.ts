import { HeddleError } from '../../errors/heddle-error.ts';
import { memberName, type OutputRef } from '../../expressions/expression.ts';
import type { GatherNeed, Need } from '../../expressions/references.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import type { Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import type { NodeSession } from '../node-session.ts';
import type { NeverComing } from './never-coming.ts';
import { OutputWaiter, type StoredValue, storedValue } from './output-waiter.ts';
import type { MissingOutput } from './value-waiter.ts';

export interface NeedsHandler {
  /** Everything is there. */
  complete(): void;
  /** One output will never come. */
  never(missing: readonly MissingOutput[], why: NeverComing): void;
  error(error: HeddleError): void;
}

/** The outputs that one input needs, and which of them are there. */
export class Needs {
  readonly #session: NodeSession;
  readonly #slice: PlanSlice;
  readonly #needs: readonly Need[];
  readonly #values = new Map<string, StoredValue>();
  readonly #waiters = new Map<string, OutputWaiter>();

  constructor(session: NodeSession, slice: PlanSlice, needs: readonly Need[]) {
    this.#session = session;
    this.#slice = slice;
    this.#needs = needs;
  }

  /** Read everything once; true when all is there. */
  async readNow(): Promise<boolean> {
    const { store, epoch } = this.#session;
    await Promise.all(
      this.#absent().map(async (ref) => {
        const stored = storedValue(await store.get(epoch.keys.value(ref.node, ref.output)));
        if (stored !== undefined) this.#values.set(refName(ref), stored);
      }),
    );
    return this.#isComplete();
  }

  /** Follow what is absent. */
  start(handler: NeedsHandler): void {
    for (const ref of this.#absent()) {
      const waiter: OutputWaiter = new OutputWaiter(this.#session.store, this.#session.epoch, ref, this.#producerOf(ref), (outcome) => {
        if (outcome.kind === 'error') return handler.error(outcome.error);
        if (outcome.kind === 'never') return handler.never([this.#missingOf(ref)], outcome.why);
        this.#values.set(refName(ref), outcome.stored);
        if (this.#isComplete()) handler.complete();
      });
      this.#waiters.set(refName(ref), waiter);
      waiter.start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#waiters.values()].map((waiter) => waiter.stop()));
  }

  get isStoreDown(): boolean {
    return [...this.#waiters.values()].some((waiter) => waiter.isStoreDown);
  }

  /** What is still absent, with what is known of the producers. */
  missing(): readonly MissingOutput[] {
    return this.#absent().map((ref) => this.#missingOf(ref));
  }

  /** The value of one output that is there. */
  value(node: string, output: string): Json {
    const stored = this.#values.get(refName({ node, output }));
    if (stored === undefined) throw new HeddleError('unexpected', `${node}.${output} was read before it was there`);
    return stored.envelope.value;
  }

  /** The members of a gather that are there, in index order. */
  gathered(need: GatherNeed): readonly (readonly [string, Json])[] {
    return members(need).flatMap((ref) => {
      const stored = this.#values.get(refName(ref));
      return stored === undefined ? [] : [[ref.node, stored.envelope.value] as const];
    });
  }

  revisions(): Readonly<Record<string, Rev>> {
    return Object.fromEntries([...this.#values].map(([name, stored]) => [name, stored.rev]));
  }

  #isComplete(): boolean {
    return this.#needs.every((need) => {
      const refs = refsOf(need);
      const enough = need.kind === 'gather' ? (need.atLeast ?? refs.length) : 1;
      return refs.filter((ref) => this.#values.has(refName(ref))).length >= enough;
    });
  }

  #absent(): OutputRef[] {
    const all = new Map(this.#needs.flatMap(refsOf).map((ref) => [refName(ref), ref]));
    return [...all.values()].filter((ref) => !this.#values.has(refName(ref)));
  }

  #missingOf(ref: OutputRef): MissingOutput {
    const producer = this.#waiters.get(refName(ref))?.producer;
    return { ref, role: this.#producerOf(ref), ...(producer === undefined ? {} : { producer }) };
  }

  #producerOf(ref: OutputRef): string {
    const { producers } = this.#slice;
    const role = producers[refName(ref)] ?? producers[`${ref.node.replace(/-\d+$/, '')}[*].${ref.output}`];
    if (role === undefined) throw new HeddleError('corrupt', `the plan names no producer of ${refName(ref)}`);
    return role;
  }
}

function refName(ref: OutputRef): string {
  return `${ref.node}.${ref.output}`;
}

function refsOf(need: Need): OutputRef[] {
  return need.kind === 'gather' ? members(need) : [{ node: need.node, output: need.output }];
}

function members(need: GatherNeed): OutputRef[] {
  return Array.from({ length: need.count }, (_, index) => ({ node: memberName(need.group, index), output: need.output }));
}
