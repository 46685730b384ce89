import {
  type AbortRecord,
  abortText,
  awaitRoles,
  HeddleError,
  type NodeSession,
  type PlanRole,
  RoleReporter,
  runAgainText,
  throwIfAborted,
  toHeddleError,
} from '@heddle/core';
import type { Adapter } from '../adapters/adapter.ts';
import { type AdapterRegistry, loadAdapter } from '../adapters/registry.ts';
import { type TypedCommand, withTypedCommand } from '../adapters/typed-command.ts';
import type { MachineEntry } from '../child/child-run.ts';
import { Masker } from '../child/masker.ts';
import type { RunNote } from '../child/run-note.ts';
import type { CurrentPlan } from '../current-plan.ts';
import type { EventHub } from '../events/events.ts';
import { waitObserver } from '../events/wait-observer.ts';
import { admitGuest } from '../outside/admit-guest.ts';
import type { Entrance, Guest } from '../outside/entrance.ts';
import { type RoleOutcome, RoleRun } from './role-run.ts';

export interface RoleRunnerOptions {
  readonly events: EventHub;
  readonly note: RunNote;
  readonly entrance: Entrance;
  /** The node's own working folder, absolute; exists. */
  readonly nodeDirectory: string;
  readonly socketPath: string;
  readonly adapters: AdapterRegistry;
  readonly binDirectory?: string;
  readonly machine?: MachineEntry;
  /** Milliseconds that a role which runs beside the others may take. @default two minutes */
  readonly besideLimitMs?: number;
  /** The user's own command, in the place of what a role's adapter starts. */
  readonly only?: TypedCommand;
}

/** Nobody waits for such a role, so nobody would notice one that hangs, as on a disk of the network that does not answer. */
const defaultBesideLimitMs = 120_000;

/** What the roles of one incarnation have in common. */
export interface Turn {
  readonly session: NodeSession;
  readonly plan: CurrentPlan;
  /** Aborted when no role may begin any more. */
  readonly ending: AbortSignal;
}

/** Runs the roles of a node, one at a time: waits until one may begin, runs it, and sees to it that it has an end record. */
export class RoleRunner {
  readonly #options: RoleRunnerOptions;
  readonly #masker = new Masker();
  #active: RoleRun | undefined;

  constructor(options: RoleRunnerOptions) {
    this.#options = options;
  }

  /** The role that runs now. */
  get active(): RoleRun | undefined {
    return this.#active;
  }

  /** Stop the role that runs now, if any. */
  stop(why: HeddleError): void {
    this.#active?.stop(why);
  }

  /**
   * Run a role to its end.
   *
   * @param called  The run that has come for a role which has ended before.
   * @returns Undefined when it has not begun: something is asked of the node first, or who was to be its run has left or cannot be it. Throws errors of the store.
   */
  async run(turn: Turn, role: PlanRole, called?: Guest): Promise<RoleOutcome | undefined> {
    const { entrance, note } = this.#options;
    let run: RoleRun | undefined;
    try {
      run = await this.#begin(turn, role, called);
    } catch (thrown) {
      const error = await turn.session.explain(thrown);
      if (called !== undefined) return this.#turnAway(role, called, error);
      if (entrance.has(role.name)) entrance.turnAway(role.name, error);
      return this.#neverStarted(turn, role, error);
    }
    if (run === undefined) return undefined;
    this.#active = run;
    if (turn.ending.aborted) run.stop(toHeddleError(turn.ending.reason));
    try {
      await note.add(run.id);
      // It has left before it was told to begin: the role waits for the next one, or stands as it was.
      if (!run.enter()) return undefined;
      return await run.run();
    } finally {
      this.#active = undefined;
      await note.remove(run.id);
    }
  }

  /** Run a role beside the others, for as long as it may take; nobody talks to it, so it is never the active one. Throws store errors. */
  async runBeside(turn: Turn, role: PlanRole): Promise<RoleOutcome> {
    const { session, plan, ending } = turn;
    let run: RoleRun;
    try {
      ending.throwIfAborted();
      throwIfAborted(session, () => `${session.node} role ${role.name} was not started`);
      run = this.#roleRun(turn, role, await loadAdapter(role.adapter, this.#options.adapters, plan.slice.directory));
    } catch (thrown) {
      return this.#neverStarted(turn, role, await session.explain(thrown));
    }
    const stop = () => run.stop(toHeddleError(ending.reason));
    ending.addEventListener('abort', stop, { once: true });
    if (ending.aborted) stop();
    const { besideLimitMs = defaultBesideLimitMs } = this.#options;
    const cancel = session.clock.timer(besideLimitMs, () => run.stop(tookTooLong(session.node, role, besideLimitMs)));
    try {
      await this.#options.note.add(run.id);
      return await run.run();
    } finally {
      cancel();
      ending.removeEventListener('abort', stop);
      await this.#options.note.remove(run.id);
    }
  }

  /** A role that runs is not interrupted by an abort, so nothing else shows yet that it cannot end well. */
  tellAbort(deployment: string, record: AbortRecord | undefined): void {
    const run = this.#active;
    if (record === undefined || run === undefined) return;
    const message = `${abortText(deployment, record)}; role ${run.role.name} goes on until it next reads or publishes`;
    this.#options.events.emit({ type: 'warning', role: run.role.name, message });
  }

  /** Wait until a role may begin; undefined when something is asked of the node first. */
  async #begin(turn: Turn, role: PlanRole, called: Guest | undefined): Promise<RoleRun | undefined> {
    const { session, plan } = turn;
    const { events, entrance, adapters, only } = this.#options;
    const ending = called === undefined ? turn.ending : AbortSignal.any([turn.ending, called.left]);
    await awaitRoles(session, role, ending, waitObserver(events));
    turn.ending.throwIfAborted();
    throwIfAborted(session, () => `${session.node} role ${role.name} was not started`);
    const adapter = await loadAdapter(role.adapter, adapters, plan.slice.directory);
    const isOutside = entrance.has(role.name);
    const admit = () => admitGuest(session, role.name, entrance, events, ending);
    const guest = called ?? (isOutside ? await admit() : undefined);
    if (isOutside && guest === undefined) return undefined;
    // By the definition that counts now: a group may have grown while it waited. What is not seen now is looked for when all roles have run.
    await plan.renewUnlessAway(session);
    called?.left.throwIfAborted();
    return this.#roleRun(
      turn,
      plan.role(role.name),
      only === undefined ? adapter : withTypedCommand(adapter, only),
      guest,
    );
  }

  #roleRun({ session, plan }: Turn, role: PlanRole, adapter: Adapter, guest?: Guest): RoleRun {
    const { events, nodeDirectory, socketPath, binDirectory, machine } = this.#options;
    return new RoleRun({
      session,
      slice: plan.slice,
      role,
      adapter,
      awaiter: plan.awaiter,
      events,
      masker: this.#masker,
      nodeDirectory,
      socketPath,
      ...(binDirectory === undefined ? {} : { binDirectory }),
      ...(machine === undefined ? {} : { machine }),
      ...(guest === undefined ? {} : { guest }),
    });
  }

  /** Refuse the run of a role that has ended before: nothing was run, so the role stands as it was. */
  #turnAway(role: PlanRole, called: Guest, error: HeddleError): undefined {
    called.refuse(error);
    const message = `a run of role ${role.name} has come and was not let in: ${error.message}`;
    this.#options.events.emit({ type: 'warning', role: role.name, message });
  }

  /** A role that could not start has an end record too, or its readers would wait for it. */
  async #neverStarted({ session, ending }: Turn, role: PlanRole, error: HeddleError): Promise<RoleOutcome> {
    const state = ending.aborted || error.code === 'aborted' ? 'aborted' : 'failed';
    const unwritten = role.outputs.map(({ name }) => name);
    await new RoleReporter(session, role.name, unwritten).end({ state, error: error.toJSON(), unwritten });
    this.#options.events.emit({ type: 'error', role: role.name, error: error.toJSON() });
    this.#options.events.emit({ type: 'role', role: role.name, state });
    return { state, error };
  }
}

function tookTooLong(node: string, { name }: PlanRole, limitMs: number): HeddleError {
  return new HeddleError(
    'role-failed',
    `${node} role ${name} was stopped: it had not ended after ${limitMs / 1000} s`,
    {
      next: [
        `look what it waits for: a disk of the network that does not answer?`,
        `then run ${runAgainText({ node, role: name })}`,
      ],
      details: { node, role: name },
    },
  );
}
