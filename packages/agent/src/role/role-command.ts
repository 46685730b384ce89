import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate, HeddleError, type NodeSession, type PlanRole, type PlanSlice } from '@heddle/core';
import type { Adapter, PreparedRun, RunContext, RunExit } from '../adapters/adapter.ts';
import { ChildRun, type MachineEntry } from '../child/child-run.ts';
import type { Masker } from '../child/masker.ts';
import { OutputLines } from '../child/output-lines.ts';
import { killSurvivors } from '../child/survivors.ts';
import type { EventHub } from '../events/events.ts';
import { type Facts, noFacts, PrintedFacts } from './printed-facts.ts';

export interface RoleCommandOptions {
  readonly session: NodeSession;
  readonly slice: PlanSlice;
  readonly role: PlanRole;
  readonly adapter: Adapter;
  readonly events: EventHub;
  /** One for all roles of the node: a later role may print what an earlier one was given. */
  readonly masker: Masker;
  /** The node's own working folder, absolute. */
  readonly nodeDirectory: string;
  readonly socketPath: string;
  /** Folder put first on the run's PATH, so that `heddle` is there. */
  readonly binDirectory?: string;
  readonly machine?: MachineEntry;
  /** Take the facts that the adapter's command prints. @default the role itself is run */
  readonly facts?: (printed: Facts) => Promise<void>;
}

/** What runs as a role, for as long as it runs. */
export interface RoleProcess {
  /** Why it was stopped; undefined while nobody has. */
  readonly stopped: HeddleError | undefined;
  /** Stop it because of `why`; one that has not started will not. */
  stop(why: HeddleError): void;
  /** Run it to its end. Throws what keeps it from starting, also why it was stopped before. */
  run(): Promise<RunExit>;
}

/** The command of one run of a role: the adapter prepares it, its output goes into the log and to who listens. */
export class RoleCommand implements RoleProcess {
  readonly #run: string;
  readonly #options: RoleCommandOptions;
  #child: ChildRun | undefined;
  #stopped: HeddleError | undefined;

  /** @param run  Marks every process of the run. */
  constructor(run: string, options: RoleCommandOptions) {
    this.#run = run;
    this.#options = options;
  }

  get stopped(): HeddleError | undefined {
    return this.#stopped;
  }

  stop(why: HeddleError): void {
    this.#stopped ??= why;
    this.#child?.stop(this.#options.adapter.stopSignal);
  }

  async run(): Promise<RunExit> {
    const { adapter, role, nodeDirectory, masker, events } = this.#options;
    const roleDirectory = join(nodeDirectory, adapter.name, role.name);
    const logDirectory = join(nodeDirectory, 'log');
    for (const directory of [roleDirectory, logDirectory]) await mkdir(directory, { recursive: true, mode: 0o700 });
    const output = new OutputLines(
      join(logDirectory, `${role.name}.log`),
      masker,
      (line, from) => events.emit({ type: 'output', role: role.name, line, from }),
      (error) =>
        events.emit({ type: 'warning', role: role.name, message: `the log cannot be written: ${error.message}` }),
    );
    try {
      if (this.#stopped !== undefined) throw this.#stopped;
      const { facts } = this.#options;
      const printed = facts === undefined ? undefined : new PrintedFacts(output, role.name);
      const exit = await this.#runChild(roleDirectory, printed ?? output);
      if (exit.exitCode === 0 && this.#stopped === undefined) await facts?.(printed?.read() ?? noFacts);
      return { ...exit, tail: output.tail };
    } finally {
      await output.close();
    }
  }

  async #runChild(roleDirectory: string, output: Pick<OutputLines, 'take'>): Promise<Omit<RunExit, 'tail'>> {
    const { role, session, slice, nodeDirectory, machine } = this.#options;
    const environment = this.#environment();
    const prepared = await this.#prepare({
      role,
      options: evaluate(role.options, { directory: nodeDirectory }),
      directory: slice.directory,
      deployment: slice.deployment,
      node: session.node,
      nodeDirectory,
      roleDirectory,
      environment,
      ...(slice.peers === undefined ? {} : { peers: slice.peers }),
    });
    if (this.#stopped !== undefined) throw this.#stopped;
    const child = new ChildRun({
      run: this.#run,
      prepared,
      environment,
      output,
      ...(machine === undefined ? {} : { machine }),
    });
    this.#child = child;
    const exit = await child.exit;
    if (this.#stopped !== undefined) await killSurvivors(this.#run);
    return exit;
  }

  /** An adapter whose traits name facts, and that gathers none, is not of one piece. */
  async #prepare(context: RunContext): Promise<PreparedRun> {
    const { adapter, facts } = this.#options;
    if (facts === undefined) return adapter.prepare(context);
    if (adapter.gatherFacts !== undefined) return adapter.gatherFacts(context);
    throw new HeddleError('unknown-adapter', `the adapter ${adapter.name} of this machine gathers no facts`, {
      next: ['install the version of it with which the deployment was compiled'],
    });
  }

  #environment(): NodeJS.ProcessEnv & Record<string, string> {
    const { socketPath, session, role, binDirectory } = this.#options;
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const path = inherited['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return {
      ...inherited,
      ...(binDirectory === undefined ? {} : { PATH: `${binDirectory}:${path}` }),
      HEDDLE_SOCKET: socketPath,
      HEDDLE_NODE: session.node,
      HEDDLE_ROLE: role.name,
      HEDDLE_RUN: this.#run,
    };
  }
}
