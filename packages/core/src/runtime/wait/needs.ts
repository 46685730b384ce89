import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { memberName, type OutputRef } from '../../expressions/expression.ts';
import type { GatherNeed, Need, OutputNeed } from '../../expressions/references.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import { findPeer } from '../../plan/traits.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { WaitGather, WaitRecord } from '../../records/wait-record.ts';
import type { Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import { parse } from '../epoch.ts';
import { gatherMembers } from '../gather/gather-head.ts';
import type { GatherReader } from '../gather/gather-reader.ts';
import type { Gathers } from '../gather/gathers.ts';
import type { NodeSession } from '../node-session.ts';
import type { MissingOutput } from './missing-output.ts';
import type { NeverComing } from './never-coming.ts';
import { OutputWaiter, type StoredValue, storedValue, unpackValue } from './output-waiter.ts';
import type { ReadValue, RunValues } from './run-values.ts';

export interface NeedsHandler {
  /** Everything is there. */
  complete(): void;
  /** One output will never come. */
  never(missing: readonly MissingOutput[], why: NeverComing): void;
  error(error: HeddleError): void;
}

/** How many producers are looked up for a message. */
const mostProducers = 5;

/** The outputs and gathers that one input needs, and which of them are there. */
export class Needs {
  readonly #session: NodeSession;
  readonly #slice: PlanSlice;
  readonly #gathers: Gathers;
  readonly #outputs: readonly OutputNeed[];
  readonly #groups: readonly GatherNeed[];
  readonly #values = new Map<string, ReadValue>();
  readonly #gathered = new Map<GatherNeed, ReadonlyMap<string, ReadValue>>();
  readonly #waiters = new Map<string, OutputWaiter>();
  readonly #readers = new Map<GatherNeed, GatherReader>();
  readonly #producers = new Map<string, RoleRecord>();
  readonly #producerWaits = new Map<string, WaitRecord>();

  readonly #run: RunValues;

  constructor(session: NodeSession, slice: PlanSlice, gathers: Gathers, needs: readonly Need[], run: RunValues) {
    this.#run = run;
    this.#session = session;
    this.#slice = slice;
    this.#gathers = gathers;
    this.#outputs = needs.filter((need) => need.kind === 'output');
    this.#groups = needs.filter((need) => need.kind === 'gather');
  }

  /**
   * Read what is there once; true when that is all.
   *
   * @param gathers  Up to how many members a gather may have to be read member by member, for a read that may not wait.
   *   Larger ones are left to their writer: a thousand readers that read a thousand members each are a million reads.
   * @param timeoutMs  How long each request to the store may take.
   */
  async readNow(gathers: number, timeoutMs: number): Promise<boolean> {
    const { store, epoch } = this.#session;
    const small = this.#groups.filter((need) => need.count <= gathers);
    await Promise.all(small.map((need) => this.#readMembers(need, timeoutMs)));
    for (const ref of this.#absentOutputs()) {
      const known = this.#run.get(refName(ref));
      if (known !== undefined) this.#values.set(refName(ref), known);
    }
    await Promise.all(
      this.#absentOutputs().map(async (ref) => {
        const stored = storedValue(await store.get(epoch.keys.value(ref.node, ref.output), { timeoutMs }));
        if (stored !== undefined) this.#keep(ref, stored);
      }),
    );
    return this.#isComplete();
  }

  /** Follow what is absent. */
  start(handler: NeedsHandler): void {
    const checkComplete = () => {
      if (this.#isComplete()) handler.complete();
    };
    for (const need of this.#groups) this.#startGather(need, handler, checkComplete);
    for (const ref of this.#absentOutputs()) this.#startOutput(ref, handler, checkComplete);
  }

  /**
   * Follow nothing any more.
   *
   * @param turn  When the watches on single outputs may be closed. @default now
   */
  async stop(turn?: Promise<void>): Promise<void> {
    const readers = [...this.#readers.values()].map((reader) => reader.stop());
    await Promise.all([...[...this.#waiters.values()].map((waiter) => waiter.stop(turn)), ...readers]);
  }

  get isStoreDown(): boolean {
    return [...this.#waiters.values(), ...this.#readers.values()].some((waiter) => waiter.isStoreDown);
  }

  /** What is still absent, with what is known of the producers; the first `most` of them. */
  missing(most = Number.POSITIVE_INFINITY): readonly MissingOutput[] {
    return this.#absent()
      .slice(0, most)
      .map((ref) => this.#missingOf(ref));
  }

  /** The gathers that are not complete. */
  openGathers(): readonly WaitGather[] {
    return this.#groups
      .filter((need) => !this.#gathered.has(need))
      .map(({ group, output, count, atLeast }) => {
        const role = producerOf(this.#slice, { node: memberName(group, 0), output });
        return { group, output, role, count, needed: atLeast ?? count };
      });
  }

  /** How many of the absent outputs, which come first, are needed each by itself, and not as some of a gather. */
  missingAlone(): number {
    return this.#absentOutputs().length;
  }

  /** How many outputs are still absent. */
  missingCount(): number {
    return this.#absent().length;
  }

  /**
   * Look up which members of the gathers are there, as their writers tell. Throws store errors.
   *
   * @param most  Leave out gathers of more members: a thousand readers would ask just to name a few of them.
   */
  async refreshMembers(most = Number.POSITIVE_INFINITY): Promise<void> {
    const absent = [...this.#readers].filter(([need]) => need.count <= most && !this.#gathered.has(need));
    await Promise.all(absent.map(([, reader]) => reader.refresh()));
  }

  /** Look up what the first missing producers are doing; for messages, so what the store does not tell is left out. */
  async refreshProducers(): Promise<void> {
    const { store, epoch } = this.#session;
    await this.refreshMembers();
    await Promise.all(
      this.missing(mostProducers).map(async ({ ref, role }) => {
        const id = `${ref.node}.${role}`;
        const [entry, waits] = await Promise.all([
          store.get(epoch.keys.role(ref.node, role), { timeoutMs: 1000 }),
          store.list(epoch.keys.waitsOf(ref.node, role), { timeoutMs: 1000 }),
        ]);
        if (entry !== undefined) this.#producers.set(id, parse<RoleRecord>(entry));
        const wait = waits.map((found) => parse<WaitRecord>(found)).find((found) => found.edge);
        if (wait === undefined) this.#producerWaits.delete(id);
        else this.#producerWaits.set(id, wait);
      }),
    );
  }

  /** The value of one output that is there. */
  value(node: string, output: string): Json {
    const found = this.#values.get(refName({ node, output }));
    if (found === undefined) throw new HeddleError('unexpected', `${node}.${output} was read before it was there`);
    return found.value;
  }

  /** The members of a gather that are there, in index order. */
  gathered(need: GatherNeed): readonly (readonly [string, Json])[] {
    const values = this.#gathered.get(need) ?? [...this.#gathered].find(([other]) => isSameGather(need, other))?.[1];
    return gatherMembers(need).flatMap((member) => {
      const found = values?.get(member);
      return found === undefined ? [] : [[member, found.value] as const];
    });
  }

  revisions(): Readonly<Record<string, Rev>> {
    const revisions: Record<string, Rev> = {};
    for (const [{ output }, values] of this.#gathered) {
      for (const [node, { rev }] of values) revisions[refName({ node, output })] = rev;
    }
    for (const [name, { rev }] of this.#values) revisions[name] = rev;
    return revisions;
  }

  async #readMembers(need: GatherNeed, timeoutMs: number): Promise<void> {
    const { store, epoch } = this.#session;
    const values = new Map<string, ReadValue>();
    await Promise.all(
      gatherMembers(need).map(async (member) => {
        const stored = storedValue(await store.get(epoch.keys.value(member, need.output), { timeoutMs }));
        if (stored !== undefined) values.set(member, { value: stored.envelope.value, rev: stored.rev });
      }),
    );
    if (values.size >= (need.atLeast ?? need.count)) this.#keepMembers(need, values);
  }

  #keep(ref: OutputRef, { envelope, rev }: StoredValue): void {
    this.#values.set(refName(ref), this.#run.keep(refName(ref), { value: envelope.value, rev }));
  }

  #keepMembers(need: GatherNeed, values: ReadonlyMap<string, ReadValue>): void {
    const kept = [...values].map(
      ([member, read]) => [member, this.#run.keep(refName({ node: member, output: need.output }), read)] as const,
    );
    this.#gathered.set(need, new Map(kept));
  }

  #startGather(need: GatherNeed, handler: NeedsHandler, checkComplete: () => void): void {
    const reader = this.#gathers.reader(need, {
      complete: (values) => {
        this.#keepMembers(need, values);
        checkComplete();
      },
      never: (member, why) => handler.never([this.#missingOf({ node: member, output: need.output })], why),
      error: (error) => handler.error(error),
    });
    this.#readers.set(need, reader);
    reader.start();
  }

  #startOutput(ref: OutputRef, handler: NeedsHandler, checkComplete: () => void): void {
    const waiter = new OutputWaiter(this.#session, ref, producerOf(this.#slice, ref), (outcome) => {
      if (outcome.kind === 'error') return handler.error(outcome.error);
      if (outcome.kind === 'open') return;
      if (outcome.kind === 'never') return handler.never([this.#missingOf(ref)], outcome.why);
      try {
        this.#keep(ref, unpackValue(outcome.stored));
      } catch (thrown) {
        return handler.error(toHeddleError(thrown));
      }
      checkComplete();
    });
    this.#waiters.set(refName(ref), waiter);
    waiter.start();
  }

  #isComplete(): boolean {
    return this.#absentOutputs().length === 0 && this.#groups.every((need) => this.#gathered.has(need));
  }

  #absentOutputs(): readonly OutputRef[] {
    return this.#outputs.filter((ref) => !this.#values.has(refName(ref)));
  }

  #absent(): readonly OutputRef[] {
    const gathers = this.#groups.filter((need) => !this.#gathered.has(need));
    return [...this.#absentOutputs(), ...gathers.flatMap((need) => this.#absentMembers(need))];
  }

  #absentMembers(need: GatherNeed): OutputRef[] {
    const members = this.#readers.get(need)?.absent() ?? gatherMembers(need);
    return members.map((node) => ({ node, output: need.output }));
  }

  #missingOf(ref: OutputRef): MissingOutput {
    const role = producerOf(this.#slice, ref);
    const producer = this.#waiters.get(refName(ref))?.producer ?? this.#producers.get(`${ref.node}.${role}`);
    const producerWait = this.#producerWaits.get(`${ref.node}.${role}`);
    return {
      ref: { node: ref.node, output: ref.output },
      role,
      ...(producer === undefined ? {} : { producer }),
      ...(producerWait === undefined ? {} : { producerWait }),
    };
  }
}

/** Name the role that produces an output; throws corrupt when the plan slice does not say it. */
export function producerOf(slice: PlanSlice, ref: OutputRef): string {
  const { producers } = slice;
  const role =
    producers[refName(ref)] ??
    producers[`${ref.node.replace(/-\d+$/, '')}[*].${ref.output}`] ??
    findPeer(slice, ref.node)?.outputs[ref.output]?.role;
  if (role === undefined) throw new HeddleError('corrupt', `the plan names no producer of ${refName(ref)}`);
  return role;
}

function refName(ref: OutputRef): string {
  return `${ref.node}.${ref.output}`;
}

/** Two places of an expression may read the same gather in other shapes (list, map, segments). */
function isSameGather(a: GatherNeed, b: GatherNeed): boolean {
  return a.group === b.group && a.output === b.output && a.atLeast === b.atLeast;
}
