import { type Epoch, type HeddleError, type Key, toHeddleError } from '@heddle/core';
import type { Observations } from '../agent/observations.ts';
import { runSimAgent } from '../agent/sim-agent.ts';
import type { Weather } from '../faults/weather.ts';
import type { ProgramNode } from '../program/program.ts';
import { SimConnection, sessionTimeoutMs } from '../store/connection.ts';
import type { Trace } from '../store/sim-watch.ts';
import type { Truth } from '../store/truth.ts';
import { SimProcess } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';

export interface MachineOptions {
  readonly scheduler: Scheduler;
  readonly truth: Truth;
  readonly weather: Weather;
  readonly random: () => number;
  readonly seen: Observations;
  readonly program: ProgramNode;
  readonly epoch: Epoch;
  /** The version of the store with which the epoch was there. */
  readonly seeded: number;
  /** False: its agent is not started again when it ends otherwise than well. @default true */
  readonly isRestarted?: boolean;
  /** Bytes that the store says a value may have. @default 1 MiB */
  readonly maxValueBytes?: number | undefined;
  /** Whether the node may read a key. @default every one */
  readonly mayRead?: ((key: Key) => boolean) | undefined;
  readonly trace?: Trace | undefined;
}

/** How often a node's agent is started again after it ended with an error of the store. */
const mostStarts = 20;

/** Codes with which an agent may end when the store was away or its node was taken. */
const expectedEnds: ReadonlySet<string> = new Set(['unavailable', 'ambiguous', 'session-lost', 'fenced']);

/** One machine of the deployment: its agent, started again when it ends otherwise than well, and its link to the store. */
export class Machine {
  readonly name: string;
  readonly #options: MachineOptions;
  readonly #blocks = new Set<string>();
  #process: SimProcess;
  #connection: SimConnection | undefined;
  #starts = 0;
  #spell = 0;
  #state: 'off' | 'running' | 'ended' | 'dead' = 'off';

  constructor(options: MachineOptions) {
    this.#options = options;
    this.name = options.program.name;
    this.#process = new SimProcess(this.name, options.scheduler);
  }

  get state(): 'off' | 'running' | 'ended' | 'dead' {
    return this.#state;
  }

  /** How often its agent has been started. */
  get starts(): number {
    return this.#starts;
  }

  get isReachable(): boolean {
    return this.#blocks.size === 0;
  }

  start(): void {
    const { scheduler, truth, weather, epoch, random, seen, program, maxValueBytes, mayRead, trace } = this.#options;
    this.#starts += 1;
    this.#state = 'running';
    const process = new SimProcess(this.name, scheduler);
    const connection = new SimConnection({ truth, scheduler, process, weather, maxValueBytes, mayRead, trace });
    this.#process = process;
    this.#connection = connection;
    // Whoever starts an agent knows that its epoch has been seeded.
    connection.saw(this.#options.seeded);
    if (this.#blocks.size > 0) connection.cut();
    runSimAgent({ process, store: connection, epoch, program, run: this.#starts, random, seen })
      .finally(() => connection.close())
      .then(
        () => this.#ended(process, undefined),
        (thrown: unknown) => this.#ended(process, toHeddleError(thrown)),
      );
  }

  /** SIGKILL, or the power goes: `start` makes a new agent. */
  crash(): void {
    if (this.#state !== 'running') return;
    this.#state = 'dead';
    this.#process.kill();
    const connection = this.#connection;
    connection?.abandon();
    this.#options.scheduler.after(sessionTimeoutMs, () => connection?.expire());
  }

  /** Break its link, for one reason of several. */
  block(reason: string): void {
    this.#blocks.add(reason);
    this.#connection?.cut();
    this.expireLater();
  }

  unblock(reason: string): void {
    this.#blocks.delete(reason);
    if (this.#blocks.size > 0) return;
    this.#spell += 1;
    this.#connection?.heal();
  }

  /** SIGSTOP: nothing is heard of it any more. */
  pause(): void {
    this.#process.pause();
    this.expireLater();
  }

  resume(): void {
    this.#process.resume();
    this.#spell += 1;
    const connection = this.#connection;
    if (connection === undefined || connection.isAlive) return;
    // It finds out that its session is over when it next hears of the store.
    connection.cut();
    connection.heal();
  }

  jumpClock(byMs: number): void {
    this.#process.jumpClock(byMs);
  }

  /** The store counts from now on how long it hears nothing. */
  expireLater(): void {
    this.#spell += 1;
    const [spell, connection] = [this.#spell, this.#connection];
    this.#options.scheduler.after(sessionTimeoutMs, () => {
      if (spell === this.#spell && !this.#blocks.has('outage')) connection?.expire();
    });
  }

  #ended(process: SimProcess, error: HeddleError | undefined): void {
    if (process !== this.#process || this.#state !== 'running') return;
    if (error === undefined) {
      this.#state = 'ended';
      return;
    }
    if (!expectedEnds.has(error.code)) this.#options.seen.faults.push(`agent of ${this.name} ended: ${error.stack}`);
    if (this.#options.isRestarted === false) {
      this.#state = 'dead';
      return;
    }
    if (this.#starts >= mostStarts) {
      this.#state = 'dead';
      this.#options.seen.faults.push(`agent of ${this.name} never came to its end: ${error.message}`);
      return;
    }
    this.#state = 'off';
    this.#options.scheduler.after(1000 + this.#options.random() * 2000, () => this.start());
  }
}
