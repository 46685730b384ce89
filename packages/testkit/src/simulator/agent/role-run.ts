import {
  type Awaiter,
  formatPath,
  HeddleError,
  type NodeSession,
  type PlanRole,
  publish,
  RoleReporter,
  type RoleState,
  RunValues,
  roleDigest,
  toHeddleError,
} from '@heddle/core';
import { nameOf, type ProgramRole, type ReadStep, type Step } from '../program/program.ts';
import type { Observations, ReadSeen } from './observations.ts';

export interface SimRoleOptions {
  readonly session: NodeSession;
  readonly awaiter: Awaiter;
  /** Aborted when another agent has the node: a read ends then. */
  readonly over: AbortSignal;
  readonly role: PlanRole;
  readonly program: ProgramRole;
  readonly run: number;
  readonly seen: Observations;
}

/** The value that a role writes to an output, for the `count`th time in a run. */
export function valueOf(node: string, output: string, count: number): string {
  return `${nameOf(node, output)}#${count}`;
}

function stepText(step: Step): string {
  if (step.kind === 'read') return `the read of ${step.input}`;
  return step.kind === 'write' ? `the write of ${step.output}` : 'its work';
}

/** One run of one role, without a CM tool: it does the steps of its program with the core of Heddle. */
export class SimRoleRun {
  readonly #options: SimRoleOptions;
  readonly #reporter: RoleReporter;
  readonly #values = new RunValues();
  readonly #inputs = new Map<string, unknown>();
  readonly #written = new Map<string, number>();
  readonly #published = new Set<string>();
  readonly #revisions: Record<string, string> = {};
  #dirty = new Set<string>();

  constructor(options: SimRoleOptions) {
    this.#options = options;
    this.#reporter = new RoleReporter(options.session, options.role.name, options.program.outputs);
  }

  /** Do all steps, and write the end record. Throws only errors of the store: then there is no end record. */
  async run(): Promise<{ readonly state: RoleState; readonly error?: HeddleError }> {
    const { session, program, role } = this.#options;
    const startedAt = new Date(session.clock.wallMs()).toISOString();
    await this.#reporter.update({ state: 'running', startedAt, digest: roleDigest(role) });
    let error: HeddleError | undefined;
    try {
      for (const [index, step] of program.steps.entries()) {
        this.#reporter.step(stepText(step));
        if (step.kind === 'work') await this.#work(step.durationMs);
        else if (step.kind === 'write') this.#write(step.output);
        else if (step.kind === 'read') await this.#read(index, step);
        else if (step.kind === 'hang') await this.#hang();
        else
          throw new HeddleError(
            'role-failed',
            `${session.node} role ${role.name} failed: ${step.why ?? 'its program says so'}`,
          );
      }
    } catch (thrown) {
      error = toHeddleError(thrown);
    }
    try {
      // What it wrote before it failed is written.
      await this.#flush();
    } catch (thrown) {
      error ??= toHeddleError(thrown);
    }
    const state = error === undefined ? 'done' : error.code === 'aborted' ? 'aborted' : 'failed';
    await this.#reporter.end({
      state,
      inputRevisions: this.#revisions,
      unwritten: program.outputs.filter((output) => !this.#written.has(output)),
      ...(error === undefined ? {} : { error: error.toJSON() }),
    });
    return { state, ...(error === undefined ? {} : { error }) };
  }

  #work(durationMs: number): Promise<void> {
    const { clock } = this.#options.session;
    return new Promise((resolve) => void clock.timer(durationMs, resolve));
  }

  async #hang(): Promise<never> {
    await this.#flush();
    // The world ends when everybody hangs or has ended, and nothing is to be under way then.
    await this.#options.session.recorded();
    this.#options.seen.hanging.add(this.#options.session.node);
    return new Promise(() => undefined);
  }

  #write(output: string): void {
    this.#written.set(output, (this.#written.get(output) ?? 0) + 1);
    this.#dirty.add(output);
  }

  /** Publish what was written since the last time; resolves when the store has it. */
  async #flush(): Promise<void> {
    const { session, role, run, seen } = this.#options;
    const dirty = [...this.#dirty];
    this.#dirty = new Set();
    const startedMs = session.clock.monotonicMs();
    const results = await Promise.allSettled(
      dirty.map(async (name) => {
        const output = role.outputs.find((candidate) => candidate.name === name);
        if (output === undefined) throw new Error(`the program writes ${name}, the plan has no such output`);
        const value = valueOf(session.node, name, this.#written.get(name) ?? 0);
        const isFirst = !this.#published.has(name);
        await publish(session, { role: role.name, output, value, isFirst });
        this.#published.add(name);
      }),
    );
    if (dirty.length > 0)
      seen.writes.push({ node: session.node, role: role.name, run, startedMs, endedMs: session.clock.monotonicMs() });
    for (const result of results) if (result.status === 'rejected') throw result.reason as Error;
  }

  async #read(step: number, { input: name, isRescued, isPlaced = true }: ReadStep): Promise<void> {
    const { session, role, awaiter, over, run, seen } = this.#options;
    // A role that waits has nothing left to say.
    await this.#flush();
    if (this.#inputs.has(name)) return;
    const input = role.inputs.find(({ path }) => formatPath(path) === name);
    if (input === undefined) throw new Error(`the program reads ${name}, the plan has no such input`);
    const startedMs = session.clock.monotonicMs();
    const { node } = session;
    const incarnation = Number(session.incarnation);
    const read: ReadSeen = { node, role: role.name, run, incarnation, step, input: name, startedMs };
    seen.reads.push(read);
    try {
      const result = await awaiter.await({
        role: role.name,
        input,
        ...(isPlaced ? { source: `${role.name}.rb:${step}` } : {}),
        run: this.#values,
        directory: '/',
        local: () => undefined,
        signal: over,
      });
      read.endedMs = session.clock.monotonicMs();
      read.outcome = seen.keepsValues
        ? { kind: 'value', value: result.value, revisions: result.revisions, absence: result.absence }
        : { kind: 'value', value: null, revisions: {}, absence: result.absence };
      Object.assign(this.#revisions, result.revisions);
      this.#inputs.set(name, result.value);
    } catch (thrown) {
      const error = toHeddleError(thrown);
      read.endedMs = session.clock.monotonicMs();
      read.outcome = { kind: 'error', error };
      if (!isRescued) throw error;
    }
  }
}
