import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Awaiter,
  type AwaitObserver,
  awaitRoles,
  type Epoch,
  explainDenied,
  HeddleError,
  isHeddleError,
  NodeSession,
  type PlanRole,
  type PlanSlice,
  RoleReporter,
  readSlice,
  requireNodeCapabilities,
  type StaticValues,
  type Store,
  suggest,
  systemClock,
  toHeddleError,
} from '@heddle/core';
import { type AdapterRegistry, loadAdapter } from './adapters/registry.ts';
import { type TypedCommand, withTypedCommand } from './adapters/typed-command.ts';
import type { MachineEntry } from './child/child-run.ts';
import { Masker } from './child/masker.ts';
import { RunNote } from './child/run-note.ts';
import { EventHub } from './events/events.ts';
import { describeWait } from './events/wait-text.ts';
import { lockNode } from './node-lock.ts';
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
}

/** Heddle's process on a node: holds the session, serves the socket, runs the roles in order. */
export class Agent {
  readonly events: EventHub;
  readonly #options: AgentOptions;
  readonly #stopping = new AbortController();
  readonly #masker = new Masker();
  readonly #note: RunNote;
  #active: RoleRun | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.events = new EventHub(options.node);
    this.#note = new RunNote(options.nodeDirectory);
  }

  /**
   * Run the node's roles in order and resolve with how each ended, in plan order.
   *
   * A role that fails does not stop the next one: only who needs its values fails.
   * @throws agent-busy when another live agent has this node; capability-missing when its secrets may not go over this connection; not-found, fenced, and store errors that leave nothing to go on with.
   */
  async run(): Promise<readonly RoleOutcome[]> {
    const { store, epoch, node, nodeDirectory, socketPath, version } = this.#options;
    await mkdir(nodeDirectory, { recursive: true, mode: 0o700 });
    const unlock = await lockNode(join(nodeDirectory, 'agent.lock'), node);
    try {
      await this.#note.endLeftOver();
      const slice = this.#placed(await readSlice(store, epoch, node));
      requireNodeCapabilities(slice, store.capabilities);
      const session = await NodeSession.begin({
        store,
        epoch,
        node,
        clock: systemClock,
        ended: (why) => this.stop(why),
      });
      const awaiter = this.#awaiter(session, slice);
      const host = {
        deployment: epoch.deployment,
        epoch: epoch.keys.epoch,
        node,
        events: this.events,
        activeRun: () => this.#active,
      };
      const stopServing = await serveSocket(socketPath, host, version);
      try {
        const outcomes: RoleOutcome[] = [];
        for (const role of this.#rolesToRun(slice)) outcomes.push(await this.#runRole(session, slice, role, awaiter));
        await session.recorded();
        return outcomes;
      } finally {
        await stopServing();
        await awaiter.close();
      }
    } catch (thrown) {
      const reason: unknown = this.#stopping.signal.reason;
      const error = await explainDenied(store, epoch, thrown);
      // What fenced a write is that of which the watch knows the cause.
      throw isFenced(error) && isFenced(reason) ? reason : error;
    } finally {
      await unlock();
    }
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

  #rolesToRun({ node }: PlanSlice): readonly PlanRole[] {
    const { only } = this.#options;
    if (only === undefined) return node.roles;
    const role = node.roles.find(({ name }) => name === only.role);
    if (role !== undefined) return [role];
    throw new HeddleError(
      'not-found',
      `node ${node.name} has no role ${only.role}${suggest(
        only.role,
        node.roles.map(({ name }) => name),
        'it has',
      )}`,
    );
  }

  async #runRole(session: NodeSession, slice: PlanSlice, role: PlanRole, awaiter: Awaiter): Promise<RoleOutcome> {
    const { nodeDirectory, socketPath, binDirectory, machine, adapters, only } = this.#options;
    let run: RoleRun | undefined;
    try {
      await awaitRoles(session, role, this.#stopping.signal, this.#observer());
      this.#stopping.signal.throwIfAborted();
      const adapter = await loadAdapter(role.adapter, adapters, slice.directory);
      run = new RoleRun({
        session,
        slice,
        role,
        adapter: only === undefined ? adapter : withTypedCommand(adapter, only),
        awaiter,
        events: this.events,
        masker: this.#masker,
        nodeDirectory,
        socketPath,
        ...(binDirectory === undefined ? {} : { binDirectory }),
        ...(machine === undefined ? {} : { machine }),
      });
    } catch (thrown) {
      return this.#neverStarted(session, role, await session.explain(thrown));
    }
    this.#active = run;
    if (this.#stopping.signal.aborted) run.stop(toHeddleError(this.#stopping.signal.reason));
    try {
      await this.#note.write(run.id);
      return await run.run();
    } finally {
      this.#active = undefined;
      await this.#note.remove();
    }
  }

  /** A role that could not start has an end record too, or its readers would wait for it. */
  async #neverStarted(session: NodeSession, role: PlanRole, error: HeddleError): Promise<RoleOutcome> {
    const state = this.#stopping.signal.aborted ? 'aborted' : 'failed';
    await new RoleReporter(session, role.name).end({
      state,
      error: error.toJSON(),
      unwritten: role.outputs.map(({ name }) => name),
    });
    this.events.emit({ type: 'error', role: role.name, error: error.toJSON() });
    this.events.emit({ type: 'role', role: role.name, state });
    return { state, error };
  }

  #awaiter(session: NodeSession, slice: PlanSlice): Awaiter {
    return new Awaiter(session, slice, this.#observer(), this.#options.staticValues);
  }

  #observer(): AwaitObserver {
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
      recordFailed: (error) =>
        this.events.emit({ type: 'warning', message: `a wait cannot be recorded: ${error.message}` }),
    };
  }
}

function isFenced(thrown: unknown): boolean {
  return isHeddleError(thrown) && thrown.code === 'fenced';
}
