import { abortEpoch, accessPlan, declareLost, type Epoch, startEpoch, toHeddleError } from '@heddle/core';
import { Observations } from '../agent/observations.ts';
import type { Fault } from '../faults/random-faults.ts';
import type { Tally } from '../faults/tally.ts';
import { type Climate, calm, Weather } from '../faults/weather.ts';
import type { Program } from '../program/program.ts';
import { planOf } from '../program/to-plan.ts';
import { SimConnection, sessionTimeoutMs } from '../store/connection.ts';
import { readableBy } from '../store/rights.ts';
import type { Trace } from '../store/sim-watch.ts';
import { Truth } from '../store/truth.ts';
import { SimProcess } from '../time/process.ts';
import { Scheduler } from '../time/scheduler.ts';
import { Machine } from './machine.ts';

export interface WorldOptions {
  readonly program: Program;
  readonly climate: Climate;
  readonly faults: readonly Fault[];
  readonly random: () => number;
  readonly tally: Tally;
  /** Milliseconds for which agents of an older epoch have run before the deployment is started again. @default there is none */
  readonly olderEpochMs?: number | undefined;
  /** Bytes that the store says a value may have. @default 1 MiB */
  readonly maxValueBytes?: number | undefined;
  /** True: each node reads no other values than those that the plan gives it. @default false */
  readonly hasRights?: boolean;
  /** Told what happens on every connection, with its moment. @default nobody */
  readonly trace?: (line: string) => void;
}

/** Milliseconds of virtual time after which a world that has not ended hangs. */
const longestMs = 3 * 3600_000;
/** Events after which it goes round in circles. */
const mostEvents = 2_000_000;
const bootMs = 2000;

/** What happened to a machine, and when: while it lasts, and some time after it, nobody can promise when a read ends. */
export interface Disturbance {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A deployment on a simulated store: machines, their faults, and whoever started it. */
export class World {
  readonly scheduler = new Scheduler();
  readonly truth = new Truth(() => this.scheduler.nowMs);
  readonly seen = new Observations();
  readonly machines = new Map<string, Machine>();
  readonly disturbances: Disturbance[] = [];
  readonly #options: WorldOptions;
  readonly #process = new SimProcess('coordinator', this.scheduler);
  readonly #connection: SimConnection;
  #epoch: Epoch | undefined;
  #pending = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { scheduler, truth } = this;
    const weather = new Weather(calm, options.random, options.tally);
    this.#connection = new SimConnection({ truth, scheduler, process: this.#process, weather });
  }

  /** Milliseconds that the slow messages of this world's climate may cost a read. */
  get climateMs(): number {
    const { slowMs, staleMs } = this.#options.climate;
    return 6 * slowMs + staleMs;
  }

  get epoch(): Epoch {
    if (this.#epoch === undefined) throw new Error('the world has not begun');
    return this.#epoch;
  }

  /** When the deployment was aborted, by the store; undefined: it was not. */
  get abortedMs(): number | undefined {
    return this.truth.history(this.epoch.keys.abort()).find(({ value }) => value !== undefined)?.atMs;
  }

  /** Start the deployment, let everything happen, and resolve with whether all came to an end. */
  async run(): Promise<boolean> {
    const { program, faults, climate, random, tally, maxValueBytes } = this.#options;
    const { scheduler, truth, seen } = this;
    const weather = new Weather(climate, random, tally);
    if (this.#options.olderEpochMs !== undefined) await this.#runOlder(this.#options.olderEpochMs, weather);
    this.#epoch = await this.#during(startEpoch(this.#connection, planOf(program)));
    const shared = {
      scheduler,
      truth,
      weather,
      random,
      seen,
      epoch: this.epoch,
      seeded: truth.version,
      maxValueBytes,
      trace: this.#trace(),
    };
    const access = this.#options.hasRights === true ? accessPlan(planOf(program), this.epoch.keys) : undefined;
    for (const node of program.nodes) {
      const mayRead = access && readableBy(node.name, access);
      const machine = new Machine({ ...shared, program: node, mayRead });
      this.machines.set(node.name, machine);
      scheduler.after(random() * bootMs, () => machine.start());
    }
    for (const fault of faults) scheduler.after(fault.atMs, () => this.#strike(fault));
    const isOver = await scheduler.run(() => this.#isOver() || scheduler.events > mostEvents, longestMs);
    return isOver && scheduler.events <= mostEvents;
  }

  /** Agents of an epoch before: some are stopped while it is closed, and go on later. What they see is no matter; what they write is. */
  async #runOlder(durationMs: number, weather: Weather): Promise<void> {
    const { program, random, tally } = this.#options;
    const { scheduler, truth } = this;
    tally.add('older-epoch');
    const epoch = await this.#during(startEpoch(this.#connection, planOf(program)));
    const seen = new Observations();
    const shared = { scheduler, truth, weather, random, seen, epoch, seeded: truth.version, isRestarted: false };
    for (const node of program.nodes) {
      const machine = new Machine({ ...shared, program: node });
      scheduler.after(random() * durationMs, () => machine.start());
      if (random() < 0.5) continue;
      scheduler.after(durationMs * (0.5 + random() / 2), () => machine.pause());
      scheduler.after(durationMs + random() * 2 * sessionTimeoutMs, () => machine.resume());
    }
    let isOver = false;
    scheduler.after(durationMs, () => {
      isOver = true;
    });
    await scheduler.run(() => isOver);
  }

  #trace(): Trace | undefined {
    const { trace } = this.#options;
    if (trace === undefined) return undefined;
    return (who, what) => trace(`${this.scheduler.nowMs.toFixed(1).padStart(10)}  ${who}  ${what}`);
  }

  #isOver(): boolean {
    if (this.#pending > 0) return false;
    return [...this.machines.values()].every(
      ({ state, name }) => state === 'ended' || state === 'dead' || this.#hangs(name),
    );
  }

  /** A machine whose role never ends, by its program, and has come to that. */
  #hangs(node: string): boolean {
    return this.seen.hanging.has(node);
  }

  #strike(fault: Fault): void {
    const { tally } = this.#options;
    const { scheduler } = this;
    const fromMs = scheduler.nowMs;
    const lasting = (then: () => void, durationMs: number) => {
      this.disturbances.push({ fromMs, untilMs: fromMs + durationMs });
      this.#later(durationMs, then);
    };
    if (fault.kind === 'store-outage') {
      tally.add(fault.kind);
      for (const machine of this.machines.values()) machine.block('outage');
      this.#connection.cut();
      return lasting(() => {
        this.#connection.heal();
        // Whoever is still away has a full timeout again.
        for (const machine of this.machines.values()) machine.unblock('outage');
        for (const machine of this.machines.values()) if (!machine.isReachable) machine.expireLater();
      }, fault.durationMs);
    }
    if (fault.kind === 'abort') {
      tally.add(fault.kind);
      return this.#insist('abort', () =>
        abortEpoch(this.#connection, this.epoch, { by: 'the simulator' }, this.#process.clock),
      );
    }
    const machine = this.machines.get(fault.node);
    if (machine === undefined || machine.state !== 'running') return;
    tally.add(fault.kind);
    if (fault.kind === 'clock-jump') return machine.jumpClock(fault.byMs);
    const { durationMs } = fault;
    if (fault.kind === 'disconnect' || fault.kind === 'cut-for-long') {
      machine.block('cut');
      return lasting(() => machine.unblock('cut'), durationMs);
    }
    if (fault.kind === 'pause' || fault.kind === 'paused-for-long') {
      machine.pause();
      return lasting(() => machine.resume(), durationMs);
    }
    if (fault.kind === 'paused-and-lost') {
      machine.pause();
      this.#later(durationMs, () => this.#declareLost(fault.node));
      return lasting(() => machine.resume(), durationMs + fault.asleepMs);
    }
    machine.crash();
    if (fault.kind === 'crash-and-restart')
      return lasting(() => {
        if (machine.state === 'dead') machine.start();
      }, durationMs);
    return lasting(() => this.#declareLost(fault.node), durationMs);
  }

  /** An agent that is back has a start of its own by now: then this is fenced. */
  #declareLost(node: string): void {
    const why = 'the simulator ended its machine';
    this.#insist('declareLost', () => declareLost(this.#connection, this.epoch, node, why, this.#process.clock));
  }

  /** Do something again until the store has answered. */
  #insist(name: string, operation: () => Promise<unknown>): void {
    this.#pending += 1;
    const attempt = (): void => {
      operation().then(
        () => {
          this.#pending -= 1;
        },
        (thrown: unknown) => {
          const { code } = toHeddleError(thrown);
          if (code === 'fenced') this.#pending -= 1;
          else this.#process.after(1000, attempt);
          if (!['fenced', 'unavailable', 'ambiguous'].includes(code))
            this.seen.faults.push(`${name}: ${String(thrown)}`);
        },
      );
    };
    attempt();
  }

  /** What is still to happen keeps the world going. */
  #later(delayMs: number, then: () => void): void {
    this.#pending += 1;
    this.scheduler.after(delayMs, () => {
      this.#pending -= 1;
      then();
    });
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await this.scheduler.run(() => isOver);
    return work;
  }
}
