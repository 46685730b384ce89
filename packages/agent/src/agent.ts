import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AbortRecord,
  type AfterObserver,
  Awaiter,
  type AwaitObserver,
  abortText,
  awaitRoles,
  type Epoch,
  explainDenied,
  HeddleError,
  isDeclaredLost,
  isHeddleError,
  NodeSession,
  type PlanRole,
  type PlanSlice,
  RoleReporter,
  readSlice,
  requireNodeCapabilities,
  type StaticValues,
  Stewardship,
  type Store,
  suggest,
  systemClock,
  takeDueRoles,
  takeRequest,
  takeStartRoles,
  throwIfAborted,
  toHeddleError,
  whileUnavailable,
} from '@heddle/core';
import type { Adapter } from './adapters/adapter.ts';
import { type AdapterRegistry, loadAdapter } from './adapters/registry.ts';
import { type TypedCommand, withTypedCommand } from './adapters/typed-command.ts';
import type { MachineEntry } from './child/child-run.ts';
import { Masker } from './child/masker.ts';
import { RunNote } from './child/run-note.ts';
import { EventHub } from './events/events.ts';
import { describeWait } from './events/wait-text.ts';
import { lockNode } from './node-lock.ts';
import { admitGuest } from './outside/admit-guest.ts';
import { Entrance, type Guest } from './outside/entrance.ts';
import { nextCall } from './outside/next-call.ts';
import { Beside } from './resume/beside.ts';
import { type Asked, runQueue } from './resume/run-queue.ts';
import { type RoleOutcome, RoleRun } from './role/role-run.ts';
import { serveSocket } from './socket/server.ts';

export interface AgentOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  /** The node's own working folder, absolute; created. */
  readonly nodeDirectory: string;
  /** At most 107 bytes long. */
  readonly socketPath: string;
  readonly adapters: AdapterRegistry;
  readonly version: string;
  readonly binDirectory?: string;
  readonly machine?: MachineEntry;
  /** Where the folder of the deployment file is on this machine, absolute. @default where the plan says */
  readonly deploymentDirectory?: string;
  /** What came with the machine's user data, for the plan's `static` expressions; goes into no store. @default none */
  readonly staticValues?: StaticValues;
  /** Run this role alone, with the user's own command: `heddle exec`. @default all roles, as the deployment file says them */
  readonly only?: TypedCommand & { readonly role: string };
  /**
   * Roles that somebody else runs: the agent waits for their runs, and for further ones until it is stopped. @default none
   */
  readonly outside?: readonly string[];
}

/** Milliseconds that an agent waits for a store that does not answer, where its session does not. */
const outageMs = 120_000;

/** Heddle's process on a node: holds the session, serves the socket, runs the roles in order. */
export class Agent {
  readonly events: EventHub;
  readonly #options: AgentOptions;
  readonly #stopping = new AbortController();
  readonly #masker = new Masker();
  readonly #note: RunNote;
  readonly #entrance: Entrance;
  /** Aborted when the agent is stopped, or may not write as its present incarnation any more. */
  #ending: AbortSignal = this.#stopping.signal;
  #active: RoleRun | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.events = new EventHub(options.node);
    this.#note = new RunNote(options.nodeDirectory);
    this.#entrance = new Entrance(options.node, options.outside ?? []);
  }

  /**
   * Run the node's roles in order and resolve with how each ended, in plan order. One that ended well in this epoch is not run again while
   * its definition and what it read are the same.
   *
   * A role that fails does not stop the next one: only who needs its values fails. An agent whose node was declared lost, though it lives,
   * takes the node again and runs what it had not ended.
   * @throws agent-busy when another live agent has this node; capability-missing when its secrets may not go over this connection; not-found, fenced, and store errors that leave nothing to go on with.
   */
  async run(): Promise<readonly RoleOutcome[]> {
    const { store, epoch, node, nodeDirectory } = this.#options;
    await mkdir(nodeDirectory, { recursive: true, mode: 0o700 });
    const unlock = await lockNode(join(nodeDirectory, 'agent.lock'), node);
    try {
      await this.#note.endLeftOver();
      const slice = this.#placed(await readSlice(store, epoch, node));
      for (const role of this.#options.outside ?? []) this.#roleNamed(slice, role);
      requireNodeCapabilities(slice, store.capabilities);
      for (let isAgain = false; ; isAgain = true) {
        const outcomes = await this.#runIncarnation(slice, isAgain);
        if (outcomes !== undefined) return outcomes;
        const message = `node ${node} was declared lost while its agent could not be seen: it takes the node again and runs what it had not ended`;
        this.events.emit({ type: 'warning', message });
      }
    } catch (thrown) {
      throw await explainDenied(store, epoch, thrown);
    } finally {
      await unlock();
    }
  }

  /** Run the roles that are due; undefined when the node was declared lost meanwhile. */
  async #runIncarnation(slice: PlanSlice, isAgain: boolean): Promise<readonly RoleOutcome[] | undefined> {
    const { store, epoch, node, socketPath, version, only } = this.#options;
    const incarnation = new AbortController();
    const ending = AbortSignal.any([this.#stopping.signal, incarnation.signal]);
    this.#ending = ending;
    const ended = (why: HeddleError) => {
      incarnation.abort(why);
      if (this.#ending === ending) this.#active?.stop(why);
    };
    try {
      const begin = () =>
        NodeSession.begin({
          store,
          epoch,
          node,
          clock: systemClock,
          ended,
          ...(only === undefined ? {} : { roles: [...startRolesOf(slice), only.role] }),
        });
      // Whoever starts an agent is told at once that there is no store; one that takes its node again has roles to run.
      const session = await (isAgain ? this.#patiently(begin) : begin());
      this.events.emit({ type: 'began', incarnation: session.incarnation });
      const awaiter = this.#awaiter(session, slice);
      const stewardship = new Stewardship(session, (error) => this.#observer().recordFailed(error));
      const host = {
        deployment: epoch.deployment,
        epoch: epoch.keys.epoch,
        node,
        events: this.events,
        entrance: this.#entrance,
        activeRun: () => this.#active,
      };
      session.onAbort((record) => this.#tellAbort(record));
      const stopServing = await serveSocket(socketPath, host, version);
      try {
        const outcomes = await this.#runRoles(session, slice, awaiter).catch(async (thrown: unknown) => {
          // How its roles ended is recorded all the same. What it ended of is told, not what else that does to records.
          await session.recorded().catch(() => undefined);
          throw thrown;
        });
        await session.recorded();
        // What it did last may not have been written.
        if (!this.#stopping.signal.aborted) incarnation.signal.throwIfAborted();
        return outcomes;
      } finally {
        await stopServing();
        await awaiter.close();
        await stewardship.close();
      }
    } catch (thrown) {
      const error = await explainDenied(store, epoch, thrown);
      if (!isFenced(error)) throw error;
      if (!this.#stopping.signal.aborted && (await this.#isLost())) return undefined;
      const reason: unknown = ending.reason;
      // What fenced a write is that of which the watch knows the cause.
      throw isFenced(reason) ? reason : error;
    }
  }

  #isLost(): Promise<boolean> {
    const { store, epoch, node } = this.#options;
    return this.#patiently(() => isDeclaredLost(store, epoch, node));
  }

  /** Repeat what may be repeated while the store does not answer, until the agent is stopped. */
  #patiently<T>(operation: () => Promise<T>): Promise<T> {
    return whileUnavailable(operation, { clock: systemClock, timeoutMs: outageMs, signal: this.#stopping.signal });
  }

  /** Stop the running role and start no other; `run` resolves soon after. */
  stop(why: HeddleError): void {
    this.#stopping.abort(why);
    this.#active?.stop(why);
  }

  #placed(slice: PlanSlice): PlanSlice {
    const { deploymentDirectory } = this.#options;
    return deploymentDirectory === undefined ? slice : { ...slice, directory: deploymentDirectory };
  }

  async #runRoles(session: NodeSession, slice: PlanSlice, awaiter: Awaiter): Promise<readonly RoleOutcome[]> {
    const run = (role: PlanRole, guest?: Guest) => this.#runRole(session, slice, role, awaiter, guest);
    const { only } = this.#options;
    const runBeside = (role: PlanRole) => this.#runBeside(session, slice, role, awaiter);
    if (only !== undefined) {
      const beside = new Beside(runBeside);
      for (const role of await this.#patiently(() => takeStartRoles(session, slice))) beside.start(role);
      const outcome = await run(this.#roleNamed(slice, only.role)).finally(() => beside.allEnded());
      beside.outcomes();
      return outcome === undefined ? [] : [outcome];
    }
    const { due, ended } = await this.#patiently(() => takeDueRoles(session, slice));
    for (const record of ended.values()) this.events.emit({ type: 'skipped', role: record.role, state: record.state });
    return runQueue({
      session,
      roles: slice.node.roles,
      due,
      ended,
      run,
      runBeside,
      isStopped: () => this.#ending.aborted,
      asked: (isIdle) => this.#asked(session, isIdle),
    });
  }

  /** What is to be run again by now; where runs come from outside, also whatever comes until the agent is stopped. */
  async #asked(session: NodeSession, isIdle: boolean): Promise<Asked> {
    for (;;) {
      await session.recorded();
      const names = await this.#patiently(() => takeRequest(session));
      if (names.length > 0 || !isIdle || !this.#entrance.isOpen) return { names };
      const call = await nextCall(session, this.#entrance, this.#ending);
      if (call !== undefined) return { call };
      if (this.#ending.aborted) return { names };
    }
  }

  #roleNamed({ node }: PlanSlice, name: string): PlanRole {
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

  /** Run a role to its end; undefined when it has not begun, as something is asked of the node first, or `called` cannot be its run. */
  async #runRole(
    session: NodeSession,
    slice: PlanSlice,
    role: PlanRole,
    awaiter: Awaiter,
    called?: Guest,
  ): Promise<RoleOutcome | undefined> {
    const { adapters, only } = this.#options;
    const isOutside = this.#entrance.has(role.name);
    const ending = called === undefined ? this.#ending : AbortSignal.any([this.#ending, called.left]);
    let run: RoleRun | undefined;
    try {
      await awaitRoles(session, role, ending, this.#observer());
      this.#ending.throwIfAborted();
      throwIfAborted(session, () => `${session.node} role ${role.name} was not started`);
      const adapter = await loadAdapter(role.adapter, adapters, slice.directory);
      const admit = () => admitGuest(session, role.name, this.#entrance, this.events, ending);
      const guest = called ?? (isOutside ? await admit() : undefined);
      if (isOutside && guest === undefined) return undefined;
      called?.left.throwIfAborted();
      const typed = only === undefined ? adapter : withTypedCommand(adapter, only);
      run = await this.#roleRun(session, slice, role, awaiter, typed, guest);
    } catch (thrown) {
      const error = await session.explain(thrown);
      if (called !== undefined) return this.#turnAway(role, called, error);
      if (isOutside) this.#entrance.turnAway(role.name, error);
      return this.#neverStarted(session, role, error);
    }
    this.#active = run;
    if (this.#ending.aborted) run.stop(toHeddleError(this.#ending.reason));
    try {
      await this.#note.write(run.id);
      return await run.run();
    } finally {
      this.#active = undefined;
      await this.#note.remove();
    }
  }

  async #roleRun(
    session: NodeSession,
    slice: PlanSlice,
    role: PlanRole,
    awaiter: Awaiter,
    typed?: Adapter,
    guest?: Guest,
  ): Promise<RoleRun> {
    const { nodeDirectory, socketPath, binDirectory, machine, adapters } = this.#options;
    return new RoleRun({
      session,
      slice,
      role,
      adapter: typed ?? (await loadAdapter(role.adapter, adapters, slice.directory)),
      awaiter,
      events: this.events,
      masker: this.#masker,
      nodeDirectory,
      socketPath,
      ...(binDirectory === undefined ? {} : { binDirectory }),
      ...(machine === undefined ? {} : { machine }),
      ...(guest === undefined ? {} : { guest }),
    });
  }

  /** Run a role beside the others; nobody talks to it, so the socket does not know of it. Throws store errors. */
  async #runBeside(session: NodeSession, slice: PlanSlice, role: PlanRole, awaiter: Awaiter): Promise<RoleOutcome> {
    const ending = this.#ending;
    let run: RoleRun;
    try {
      ending.throwIfAborted();
      throwIfAborted(session, () => `${session.node} role ${role.name} was not started`);
      run = await this.#roleRun(session, slice, role, awaiter);
    } catch (thrown) {
      return this.#neverStarted(session, role, await session.explain(thrown));
    }
    const stop = () => run.stop(toHeddleError(ending.reason));
    ending.addEventListener('abort', stop, { once: true });
    if (ending.aborted) stop();
    try {
      return await run.run();
    } finally {
      ending.removeEventListener('abort', stop);
    }
  }

  /** Refuse the run of a role that has ended before: nothing was run, so the role stands as it was. */
  #turnAway(role: PlanRole, called: Guest, error: HeddleError): undefined {
    called.refuse(error);
    const message = `a run of role ${role.name} has come and was not let in: ${error.message}`;
    this.events.emit({ type: 'warning', role: role.name, message });
  }

  /** A role that could not start has an end record too, or its readers would wait for it. */
  async #neverStarted(session: NodeSession, role: PlanRole, error: HeddleError): Promise<RoleOutcome> {
    const state = this.#ending.aborted || error.code === 'aborted' ? 'aborted' : 'failed';
    await new RoleReporter(session, role.name).end({
      state,
      error: error.toJSON(),
      unwritten: role.outputs.map(({ name }) => name),
    });
    this.events.emit({ type: 'error', role: role.name, error: error.toJSON() });
    this.events.emit({ type: 'role', role: role.name, state });
    return { state, error };
  }

  /** A role that runs is not interrupted, so nothing else shows yet that it cannot end well. */
  #tellAbort(record: AbortRecord | undefined): void {
    const run = this.#active;
    if (record === undefined || run === undefined) return;
    const message = `${abortText(this.#options.epoch.deployment, record)}; role ${run.role.name} goes on until it next reads or publishes`;
    this.events.emit({ type: 'warning', role: run.role.name, message });
  }

  #awaiter(session: NodeSession, slice: PlanSlice): Awaiter {
    return new Awaiter(session, slice, this.#observer(), this.#options.staticValues);
  }

  #observer(): AwaitObserver & AfterObserver {
    return {
      waiting: ({ role, input, missing, source, since, deadline }) =>
        this.events.emit({
          type: 'wait',
          role,
          input,
          missing,
          since,
          deadline,
          ...(source === undefined ? {} : { source }),
        }),
      stillWaiting: (facts, leftMs) =>
        this.events.emit({ type: 'still-waiting', role: facts.role, text: describeWait(facts, leftMs) }),
      stillToRun: (role, text) => this.events.emit({ type: 'still-waiting', role, text }),
      recordFailed: (error) =>
        this.events.emit({ type: 'warning', message: `a wait cannot be recorded: ${error.message}` }),
    };
  }
}

function startRolesOf({ node }: PlanSlice): readonly string[] {
  return node.roles.flatMap(({ name, atStart }) => (atStart === true ? [name] : []));
}

function isFenced(thrown: unknown): boolean {
  return isHeddleError(thrown) && thrown.code === 'fenced';
}
