import {
  type Awaiter,
  type HeddleError,
  type Peer,
  type PlanRole,
  RoleReporter,
  type RoleState,
  randomId,
  roleDigest,
  toHeddleError,
  unreadInputs,
} from '@heddle/core';
import type { RunExit } from '../adapters/adapter.ts';
import type { Masker } from '../child/masker.ts';
import type { Guest } from '../outside/entrance.ts';
import { OutsideCommand } from '../outside/outside-command.ts';
import { type KeptValue, KeptValues } from './kept-values.ts';
import type { Facts } from './printed-facts.ts';
import { RoleCommand, type RoleCommandOptions, type RoleProcess } from './role-command.ts';
import { announceEnd, announceError, maskError } from './role-end.ts';
import { type PublishAnswer, type ReportedOutput, RoleOutputs, type ToldError } from './role-outputs.ts';
import { type ReadAnswer, type ReadRequest, RoleReads } from './role-reads.ts';
import { type EndedRun, failed, judge, type Verdict } from './role-verdict.ts';

/** Characters that are kept of why a machine does not have a fact. */
const longestReason = 2048;

export interface RoleRunOptions extends RoleCommandOptions {
  readonly awaiter: Awaiter;
  /** The run that somebody else has started. @default the agent starts it */
  readonly guest?: Guest;
}

/** How a role ended, as the agent counts it. */
export interface RoleOutcome {
  readonly state: RoleState;
  readonly error?: HeddleError;
  /** How its command ended; absent when it was not started. */
  readonly exit?: Omit<RunExit, 'tail'>;
}

/** One run of one role: its reads, its outputs, its command, its record. */
export class RoleRun {
  readonly id = randomId();
  readonly role: PlanRole;
  readonly reads: RoleReads;
  readonly outputs: RoleOutputs;
  readonly #options: RoleRunOptions;
  readonly #masker: Masker;
  readonly #kept: KeptValues;
  readonly #reporter: RoleReporter;
  readonly #command: RoleProcess;
  #hasReportedEnd = false;
  /** Resolves when the record says that it runs. */
  #recorded: Promise<void> = Promise.resolve();
  /** Of facts that the machine does not have: why. */
  #absent: Readonly<Record<string, string>> = {};
  /** What the tool says that the run fails of. */
  #told: ToldError | undefined;

  constructor(options: RoleRunOptions) {
    const { session, role, slice, awaiter, events, adapter, nodeDirectory } = options;
    this.#options = options;
    this.role = role;
    this.#masker = options.masker;
    this.#command = this.#process();
    this.#reporter = new RoleReporter(
      session,
      role.name,
      role.outputs.map(({ name }) => name),
    );
    this.#kept = new KeptValues(nodeDirectory, role.adapter);
    this.outputs = new RoleOutputs(
      session,
      role,
      this.#masker,
      events,
      this.#kept,
      (held) => this.#reporter.held(held),
      adapter.lasting?.bind(adapter),
    );
    const local = (output: string) => this.outputs.local(output) ?? (adapter.hasLocalLevel ? null : undefined);
    const written = () => this.outputs.settled();
    const settled = (output: string) => this.outputs.settledValue(output);
    const adviseTooEarly = (path: readonly string[]) => adapter.adviseTooEarly?.(path);
    const context = { slice, directory: nodeDirectory, local, settled, written, adviseTooEarly };
    this.reads = new RoleReads(awaiter, role, context, this.#masker, events);
  }

  /** What it may await by name, when it reads peers. */
  get peers(): readonly Peer[] | undefined {
    return this.role.readsPeers === true ? this.#options.slice.peers : undefined;
  }

  /** What earlier runs of its tool on this node have kept, whatever the outputs are now: the tool's state file has it no more. */
  async kept(): Promise<readonly KeptValue[]> {
    const kept = await this.#kept.values();
    for (const { value } of kept) this.#masker.add(value);
    return kept;
  }

  /**
   * Let the run that somebody else has started begin; `run` follows at once.
   *
   * @returns False when it has left already: it was none, and nothing is to be recorded of it.
   */
  enter(): boolean {
    const { guest } = this.#options;
    if (guest === undefined || this.#command.stopped !== undefined) return true;
    if (guest.left.aborted) return false;
    guest.enter({ role: this.role.name, run: this.id });
    return true;
  }

  /** Run the role to its end and write its end record. Throws only errors of the store: then there is no end record. */
  async run(): Promise<RoleOutcome> {
    const { events, session } = this.#options;
    const startedAt = new Date().toISOString();
    const recorded = this.#reporter.update({ state: 'running', startedAt, digest: roleDigest(this.role) });
    this.#recorded = recorded;
    await recorded;
    events.emit({ type: 'role', role: this.role.name, state: 'running' });
    const startMs = session.clock.monotonicMs();
    const end = await this.#runCommand();
    await this.outputs.close();
    try {
      await this.#reporter.end({
        state: end.state,
        blockedMs: Math.round(this.reads.blockedMs),
        unwritten: this.outputs.unwritten(),
        ...(this.reads.unread().length === 0 ? {} : { unread: this.reads.unread() }),
        ...(this.reads.defaulted.length === 0 ? {} : { defaulted: this.reads.defaulted }),
        ...(Object.keys(this.#absent).length === 0 ? {} : { absent: this.#absent }),
        inputRevisions: this.reads.revisions,
        ...(end.exit?.exitCode == null ? {} : { exitCode: end.exit.exitCode }),
        ...(end.error === undefined
          ? {}
          : { error: maskError(end.error, this.#masker), tail: this.#masker.mask(end.exit?.tail ?? '') }),
      });
    } catch (thrown) {
      // It stands in no record: here is the only place where a person can learn what the role failed of.
      announceError(events, this.role.name, this.#masker, end.error);
      throw thrown;
    }
    announceEnd(events, this.role.name, this.#masker, {
      ...end,
      blockedMs: Math.round(this.reads.blockedMs),
      elapsedMs: Math.round(session.clock.monotonicMs() - startMs),
      missing: this.outputs.missing().filter((name) => this.#absent[name] === undefined),
      unread: unreadInputs(this.role, this.reads.unread()),
    });
    return {
      state: end.state,
      ...(end.error === undefined ? {} : { error: end.error }),
      ...(end.exit === undefined ? {} : { exit: { exitCode: end.exit.exitCode, signal: end.exit.signal } }),
    };
  }

  /** Read an input for the running CM tool; see `RoleReads.read`. */
  async read(request: ReadRequest): Promise<ReadAnswer> {
    await this.#recorded;
    const { failure } = this.reads;
    const answer = await this.reads.read(request);
    this.#goesOn(failure);
    return answer;
  }

  /** Take a report of outputs; see `RoleOutputs.report`. */
  async report(outputs: ReadonlyMap<string, ReportedOutput>, end: boolean): Promise<PublishAnswer> {
    await this.#recorded;
    const { failure } = this.reads;
    await this.reads.writes();
    const answer = await this.outputs.report(outputs, end);
    this.#hasReportedEnd ||= end;
    this.#goesOn(failure);
    return answer;
  }

  /** A script decides for itself what a failed read means; a CM tool with a shim always ends of it. */
  #goesOn(failure: HeddleError | undefined): void {
    if (!this.#options.adapter.hasLocalLevel) this.reads.forgetFailure(failure);
  }

  /** Stop the run because of `why`; it ends as failed of role-failed, as aborted of anything else. */
  stop(why: HeddleError): void {
    this.#command.stop(this.reads.stoppedBy(why));
  }

  /** Take what the CM tool says of itself. */
  tell(state: {
    step?: string | undefined;
    updated?: number | undefined;
    recovered?: boolean | undefined;
    warning?: string | undefined;
    error?: (ToldError & { readonly output?: string | undefined }) | undefined;
  }): void {
    if (state.recovered === true) {
      this.reads.forgetFailure(this.reads.failure);
      this.#told = undefined;
    }
    if (state.step !== undefined) {
      const step = this.#masker.mask(state.step);
      this.#reporter.step(step);
      const { updated } = state;
      this.#options.events.emit({
        type: 'step',
        role: this.role.name,
        step,
        ...(updated === undefined ? {} : { updated }),
      });
    }
    if (state.warning !== undefined) {
      const message = this.#masker.mask(state.warning);
      this.#options.events.emit({ type: 'warning', role: this.role.name, message });
    }
    if (state.updated !== undefined) this.#reporter.updated(state.updated);
    const { error } = state;
    if (error === undefined) return;
    // Of that a run fails only while nobody has the output.
    if (error.output !== undefined && this.outputs.declares(error.output)) this.outputs.lose(error.output, error);
    else this.#told = error;
  }

  #process(): RoleProcess {
    const { guest } = this.#options;
    if (guest === undefined) {
      const facts = (told: Facts) => this.#publishFacts(told);
      return new RoleCommand(this.id, { ...this.#options, ...(this.role.atStart === true ? { facts } : {}) });
    }
    return new OutsideCommand(guest, () => this.#hasReportedEnd);
  }

  async #publishFacts({ facts, absent = {} }: Facts): Promise<void> {
    const wanted = this.role.outputs.flatMap(({ name }): [string, ReportedOutput][] => {
      const value = facts[name];
      return value === undefined ? [] : [[name, { value, origin: 'automatic' }]];
    });
    const why = this.role.outputs.flatMap(({ name }): [string, string][] => {
      // A program says what it likes, and this stands in the record.
      const text = absent[name];
      return text === undefined ? [] : [[name, this.#masker.mask(text).slice(0, longestReason)]];
    });
    this.#absent = Object.fromEntries(why);
    await this.outputs.report(new Map(wanted), false);
  }

  async #runCommand(): Promise<Verdict & { readonly exit?: RunExit }> {
    try {
      const exit = await this.#command.run();
      return { exit, ...(await judge(exit, this.#ended())) };
    } catch (thrown) {
      return failed(toHeddleError(thrown), this.#command.stopped);
    }
  }

  #ended(): EndedRun {
    const { session, adapter, nodeDirectory, guest } = this.#options;
    return {
      node: session.node,
      role: this.role,
      adapter,
      nodeDirectory,
      isGuest: guest !== undefined,
      reads: this.reads,
      outputs: this.outputs,
      masker: this.#masker,
      stopped: () => this.#command.stopped,
      told: () => this.#told,
    };
  }
}
