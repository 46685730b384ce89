import { join } from 'node:path';
import {
  type Epoch,
  explainDenied,
  type HeddleError,
  isDeclaredLost,
  type PlanSlice,
  readSlice,
  requireNodeCapabilities,
  type StaticValues,
  type Store,
  systemClock,
  whileUnavailable,
} from '@heddle/core';
import type { AdapterRegistry } from './adapters/registry.ts';
import type { TypedCommand } from './adapters/typed-command.ts';
import type { MachineEntry } from './child/child-run.ts';
import { RunNote } from './child/run-note.ts';
import { roleNamed } from './current-plan.ts';
import { EventHub } from './events/events.ts';
import { type IncarnationOptions, runIncarnation } from './incarnation.ts';
import { lockNode } from './node-lock.ts';
import { Entrance } from './outside/entrance.ts';
import type { RoleOutcome } from './role/role-run.ts';
import { RoleRunner } from './role/role-runner.ts';
import { makeWorkingFolder } from './working-folder.ts';

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
  /** Milliseconds that a role which runs beside the others may take. @default two minutes */
  readonly besideLimitMs?: number;
  /**
   * Roles that somebody else runs: the agent waits for their runs, and for further ones until it is stopped. @default none
   */
  readonly outside?: readonly string[];
}

/** Milliseconds that an agent waits for a store that does not answer, where its session does not. */
const outageMs = 120_000;

/** Heddle's process on a node: has the node for itself, and takes it again, as another incarnation, when it was declared lost. */
export class Agent {
  readonly events: EventHub;
  readonly #options: AgentOptions;
  readonly #stopping = new AbortController();
  readonly #note: RunNote;
  readonly #entrance: Entrance;
  readonly #runner: RoleRunner;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.events = new EventHub(options.node);
    this.#note = new RunNote(options.nodeDirectory);
    this.#entrance = new Entrance(options.node, options.outside ?? []);
    this.#runner = new RoleRunner({ ...options, events: this.events, note: this.#note, entrance: this.#entrance });
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
    makeWorkingFolder(nodeDirectory);
    const unlock = await lockNode(join(nodeDirectory, 'agent.lock'), node);
    try {
      await this.#note.endLeftOver();
      const slice = this.#placed(await readSlice(store, epoch, node));
      for (const role of this.#options.outside ?? []) roleNamed(slice, role);
      requireNodeCapabilities(slice, store.capabilities);
      for (let isAgain = false; ; isAgain = true) {
        const outcomes = await runIncarnation(this.#incarnation(slice, isAgain));
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

  /** Stop the running role and start no other; `run` resolves soon after. */
  stop(why: HeddleError): void {
    this.#stopping.abort(why);
    this.#runner.stop(why);
  }

  #incarnation(slice: PlanSlice, isAgain: boolean): IncarnationOptions {
    const { store, epoch, node, socketPath, version, staticValues, only } = this.#options;
    const stopping = this.#stopping.signal;
    const patiently = <T>(operation: () => Promise<T>) =>
      whileUnavailable(operation, { clock: systemClock, timeoutMs: outageMs, signal: stopping });
    return {
      store,
      epoch,
      node,
      slice,
      isAgain,
      socketPath,
      version,
      stopping,
      patiently,
      readSlice: async () => this.#placed(await readSlice(store, epoch, node)),
      isLost: () => patiently(() => isDeclaredLost(store, epoch, node)),
      events: this.events,
      entrance: this.#entrance,
      runner: this.#runner,
      ...(staticValues === undefined ? {} : { staticValues }),
      ...(only === undefined ? {} : { only: only.role }),
    };
  }

  #placed(slice: PlanSlice): PlanSlice {
    const { deploymentDirectory } = this.#options;
    return deploymentDirectory === undefined ? slice : { ...slice, directory: deploymentDirectory };
  }
}
