import { join } from 'node:path';
import {
  type Awaiter,
  HeddleError,
  type Peer,
  type PlanRole,
  RoleReporter,
  type RoleState,
  randomId,
  roleDigest,
  runAgainText,
  toHeddleError,
  unreadInputs,
  unreadText,
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
    this.#reporter = new RoleReporter(session, role.name);
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
    this.#command.stop(why);
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

  async #runCommand(): Promise<{ state: RoleState; exit?: RunExit; error?: HeddleError }> {
    try {
      const exit = await this.#command.run();
      return { exit, ...(await this.#judge(exit)) };
    } catch (thrown) {
      return this.#failed(toHeddleError(thrown));
    }
  }

  /** A role has ended well when its run exits with 0; then nothing is held back any more. */
  async #judge(exit: RunExit): Promise<{ state: RoleState; error?: HeddleError }> {
    const { stopped } = this.#command;
    if (stopped !== undefined) return this.#failed(stopped);
    if (exit.exitCode === 0) {
      await this.outputs.report(new Map(), true);
      const lost = this.#lostOutput(exit);
      return lost === undefined ? { state: 'done' } : this.#failed(lost);
    }
    return this.#failed(
      this.reads.failure ?? this.outputs.failure ?? this.#failure(exit, this.#told ?? this.outputs.told),
    );
  }

  /** What ended because the deployment was aborted has not failed of itself. */
  #failed(error: HeddleError): { state: RoleState; error: HeddleError } {
    const { stopped } = this.#command;
    const isAborted = (stopped !== undefined && stopped.code !== 'role-failed') || error.code === 'aborted';
    return { state: isAborted ? 'aborted' : 'failed', error };
  }

  /**
   * Why readers would not get what an output is after a run that ended well: it was refused, or what its value is made of could not be read or computed.
   * Such a tool never fails of that itself, and readers would learn only that the value is not there.
   */
  #lostOutput(exit: RunExit): HeddleError | undefined {
    const { adapter } = this.#options;
    if (!adapter.hasLocalLevel || (!this.outputs.hasLost && this.outputs.missing().length === 0)) return undefined;
    const told = this.outputs.told ?? this.#told;
    const own = told === undefined ? undefined : this.#failure(exit, told);
    return this.outputs.refusal ?? this.reads.failure ?? own;
  }

  #failure(exit: RunExit, told: ToldError | undefined): HeddleError {
    const { session, adapter, nodeDirectory, guest } = this.#options;
    const how = howEnded(exit);
    // What it failed of may be that it looked for the value at another place.
    const slips = unreadInputs(this.role, this.reads.unread()).filter(({ meant }) => meant !== undefined);
    const place = told?.source === undefined ? '' : ` (${told.source})`;
    const what = told?.message ?? adapter.explainExit(exit) ?? how;
    return new HeddleError(
      'role-failed',
      `${session.node} role ${this.role.name}${place} failed: ${this.#masker.mask(what)}`,
      {
        notes: [
          ...(slips.length === 0 ? [] : [`it had not read its input ${unreadText(slips)}`]),
          ...(told === undefined && exit.tail !== '' ? [`last output:\n${exit.tail}`] : []),
        ],
        next: [
          guest === undefined
            ? `read ${join(nodeDirectory, 'log', `${this.role.name}.log`)}, repair it, then run ${runAgainText({ node: session.node, role: this.role.name })}`
            : 'look at what it printed, repair it, then start its run again',
          ...(slips.length === 0
            ? []
            : [
                'or correct the path of that input in the deployment file, then run heddle up: a changed file needs a new epoch',
              ]),
        ],
        details: {
          node: session.node,
          role: this.role.name,
          how,
          ...(told?.source === undefined ? {} : { source: told.source }),
        },
      },
    );
  }
}

/** Of a run that the agent did not start, nobody sees the exit code. */
function howEnded({ exitCode, signal }: RunExit): string {
  if (signal !== null) return `signal ${signal}`;
  return exitCode === null ? 'its process ended before the run was over' : `exit code ${exitCode}`;
}
