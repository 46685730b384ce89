import {
  canonicalJson,
  checkPublication,
  HeddleError,
  type Json,
  type NodeSession,
  type Packed,
  type PlanOutput,
  type PlanRole,
  publish,
  toHeddleError,
} from '@heddle/core';
import type { Adapter } from '../adapters/adapter.ts';
import type { Masker } from '../child/masker.ts';
import type { EventHub } from '../events/events.ts';
import type { KeptValues } from './kept-values.ts';

/** Where a reported value comes from; `docs/protocol.md` says what each means. */
export type Origin = 'automatic' | 'default' | 'saved' | 'written';

export interface ReportedOutput {
  readonly value: Json;
  readonly origin: Origin;
  readonly source?: string | undefined;
  /** True when the recipe keeps it for its next run, in a state file that must not hold it. @default false */
  readonly kept?: boolean | undefined;
}

export interface PublishAnswer {
  readonly published: readonly string[];
  readonly held: readonly string[];
  readonly unchanged: readonly string[];
}

/** Why something failed, as the CM tool says it. */
export interface ToldError {
  /** Not masked. */
  readonly message: string;
  readonly source?: string | undefined;
}

/** Why others would not get an output's last value: it was refused, or the tool could not report it. */
interface Loss {
  readonly refusal?: HeddleError;
  readonly told?: ToldError;
}

/** The outputs of one run of a role: decides what is published now and what is held back. */
export class RoleOutputs {
  readonly #session: NodeSession;
  readonly #role: PlanRole;
  readonly #masker: Masker;
  readonly #events: EventHub;
  readonly #kept: KeptValues;
  readonly #current = new Map<string, ReportedOutput>();
  /** Those that this run has reported, and does not keep. */
  readonly #unkept = new Set<string>();
  readonly #published = new Map<string, string>();
  /** Those whose last value could not be handed over. */
  readonly #lost = new Map<string, Loss>();
  #failure: HeddleError | undefined;
  readonly #onHeld: (outputs: readonly string[]) => void;
  readonly #lasting: NonNullable<Adapter['lasting']>;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /**
   * @param onHeld  Told after every report which outputs are held back.
   * @param lasting  See `Adapter.lasting`.
   */
  constructor(
    session: NodeSession,
    role: PlanRole,
    masker: Masker,
    events: EventHub,
    kept: KeptValues,
    onHeld: (outputs: readonly string[]) => void = () => undefined,
    lasting: NonNullable<Adapter['lasting']> = (_, value) => value,
  ) {
    this.#onHeld = onHeld;
    this.#lasting = lasting;
    this.#session = session;
    this.#role = role;
    this.#masker = masker;
    this.#events = events;
    this.#kept = kept;
  }

  /**
   * Take a report of current values; resolves when what it publishes is acknowledged. Reports are handled one after the other.
   *
   * @param end  True with the last report of a run that went well: nothing is held back any more.
   * @throws not-declared and too-large before anything is written; fenced, unavailable, ambiguous, denied.
   */
  report(outputs: ReadonlyMap<string, ReportedOutput>, end: boolean): Promise<PublishAnswer> {
    if (this.#isClosed)
      return Promise.reject(
        new HeddleError(
          'fenced',
          `role ${this.#role.name} of ${this.#session.node} has ended: it publishes nothing any more`,
        ),
      );
    const work = this.#queue.then(() => this.#report(outputs, end));
    this.#queue = work.catch((thrown: unknown) => {
      this.#failure ??= toHeddleError(thrown);
    });
    return work;
  }

  /** Resolve when every report so far is acknowledged or refused. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Refuse every later report; resolves when the reports before are done, so that an end record can follow. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue;
  }

  /** The first error that a report ended in. */
  get failure(): HeddleError | undefined {
    return this.#failure;
  }

  /** Note that the tool could not report the value that a declared output has now, and why. */
  lose(name: string, told: ToldError): void {
    this.#lost.set(name, { ...this.#lost.get(name), told });
  }

  /** Whether the role declares an output, or it was found in its files. */
  declares(name: string): boolean {
    return this.#role.outputs.some((output) => output.name === name);
  }

  /** True when others would not get what the role has for an output now: its last value was refused or could not be reported. */
  get hasLost(): boolean {
    return this.#lost.size > 0;
  }

  /** The first error of those that a value was refused with, and that no later value has made good. */
  get refusal(): HeddleError | undefined {
    return [...this.#lost.values()].find(({ refusal }) => refusal !== undefined)?.refusal;
  }

  /** What the tool says of the first output that it could not report, and that no later value has made good. */
  get told(): ToldError | undefined {
    return [...this.#lost.values()].find(({ told }) => told !== undefined)?.told;
  }

  /** The value that the role itself has for an output now, published or not. */
  local(name: string): Json | undefined {
    return this.#current.get(name)?.value;
  }

  /** The value that other roles would get now: nothing while it is held back. */
  settledValue(name: string): Json | undefined {
    const reported = this.#current.get(name);
    return reported !== undefined && this.#isSettled(this.#declared(name), reported) ? reported.value : undefined;
  }

  /** Outputs that were not published. */
  unwritten(): readonly string[] {
    return this.#role.outputs.map((output) => output.name).filter((name) => !this.#published.has(name));
  }

  /** Those of them that the deployment declares: an output found in files is promised by nobody. */
  missing(): readonly string[] {
    return this.unwritten().filter((name) => this.#declared(name).found === undefined);
  }

  async #report(outputs: ReadonlyMap<string, ReportedOutput>, end: boolean): Promise<PublishAnswer> {
    const packed = await this.#take(outputs);
    const answer = { published: [] as string[], held: [] as string[], unchanged: [] as string[] };
    for (const [name, reported] of this.#current) {
      if (this.#published.get(name) === canonicalJson(reported.value)) answer.unchanged.push(name);
      else if (end || this.#isSettled(this.#declared(name), reported)) answer.published.push(name);
      else answer.held.push(name);
    }
    for (const name of answer.held)
      if (outputs.has(name)) this.#events.emit({ type: 'held', role: this.#role.name, output: name });
    this.#onHeld(answer.held);
    // All of them to their end, also when one fails: an end record must not overtake a put that is under way.
    const results = await Promise.allSettled(answer.published.map((name) => this.#publish(name, packed.get(name))));
    for (const result of results) if (result.status === 'rejected') throw result.reason as Error;
    // Not before: a run that breaks off has saved nothing, and what it had begun with would be nowhere.
    if (end) await this.#kept.drop([...this.#unkept].map((name) => this.#declared(name).path));
    return answer;
  }

  /** Check a report and make its values the current ones; nothing of it counts when one is refused. */
  async #take(outputs: ReadonlyMap<string, ReportedOutput>): Promise<ReadonlyMap<string, Packed>> {
    const packed = new Map<string, Packed>();
    try {
      for (const [name, reported] of outputs) {
        const publication = this.#publication(name, reported);
        if (publication.output.sensitive) this.#masker.add(reported.value);
        packed.set(name, checkPublication(this.#session, publication));
      }
      // Before anybody can read it: whoever has it must find it unchanged after the next run.
      await this.#keep(outputs);
    } catch (thrown) {
      for (const name of outputs.keys()) if (this.declares(name)) this.#refuse(name, thrown);
      throw thrown;
    }
    this.#endKeeping(outputs);
    for (const [name, reported] of outputs) {
      this.#current.set(name, reported);
      this.#lost.delete(name);
    }
    return packed;
  }

  #refuse(name: string, thrown: unknown): void {
    this.#lost.set(name, { ...this.#lost.get(name), refusal: toHeddleError(thrown) });
  }

  async #keep(outputs: ReadonlyMap<string, ReportedOutput>): Promise<void> {
    const kept = [...outputs].filter(([name, reported]) => this.#isKept(name, reported));
    if (kept.length > 0)
      await this.#kept.keep(kept.map(([name, { value }]) => ({ path: this.#declared(name).path, value })));
  }

  #endKeeping(outputs: ReadonlyMap<string, ReportedOutput>): void {
    for (const [name, reported] of outputs) {
      if (this.#isKept(name, reported)) this.#unkept.delete(name);
      else this.#unkept.add(name);
    }
  }

  #isKept(name: string, { kept }: ReportedOutput): boolean {
    return kept === true && this.#declared(name).sensitive;
  }

  #isSettled(output: PlanOutput, { origin }: ReportedOutput): boolean {
    if (output.publish === 'early') return true;
    return output.publish === 'settled' && (origin === 'written' || origin === 'automatic');
  }

  /** @param packed  Its value; nothing for one that was held back: what may be replaced before it is published is not kept twice. */
  async #publish(name: string, packed: Packed | undefined): Promise<void> {
    const reported = this.#current.get(name) as ReportedOutput;
    const isFirst = !this.#published.has(name);
    const { path } = this.#declared(name);
    const publication = {
      ...this.#publication(name, reported),
      isFirst,
      lasting: (value: Json) => this.#lasting(path, value),
      ...(packed === undefined ? {} : { packed }),
    };
    const revision = await publish(this.#session, publication).catch((thrown: unknown) => {
      this.#refuse(name, thrown);
      throw thrown;
    });
    this.#lost.delete(name);
    this.#published.set(name, canonicalJson(reported.value));
    this.#events.emit({ type: 'published', role: this.#role.name, output: name, revision });
  }

  #publication(name: string, { value, source }: ReportedOutput) {
    return { role: this.#role.name, output: this.#declared(name), value, ...(source === undefined ? {} : { source }) };
  }

  #declared(name: string): PlanOutput {
    const output = this.#role.outputs.find((candidate) => candidate.name === name);
    if (output !== undefined) return output;
    const names = this.#role.outputs.map((candidate) => candidate.name);
    throw new HeddleError(
      'not-declared',
      `role ${this.#role.name} of ${this.#session.node} declares no output ${name}`,
      {
        next: [
          names.length === 0
            ? 'declare it under "outputs:" of the role, then run heddle up again'
            : `its outputs are: ${names.join(', ')}`,
        ],
      },
    );
  }
}
