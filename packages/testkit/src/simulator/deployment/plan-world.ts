import { declareLost, type Epoch, type Plan, startEpoch, toHeddleError } from '@heddle/core';
import { Observations } from '../agent/observations.ts';
import { Tally } from '../faults/tally.ts';
import { calm, Weather } from '../faults/weather.ts';
import { SimConnection } from '../store/connection.ts';
import { Truth } from '../store/truth.ts';
import { SimProcess } from '../time/process.ts';
import { Scheduler } from '../time/scheduler.ts';
import { Machine } from '../world/machine.ts';
import { modelNode, type RoleModel } from './role-model.ts';

/** Something that happens to a deployment, in milliseconds since its agents were started. */
export type Accident =
  | { readonly kind: 'kill' | 'restart'; readonly node: string; readonly atMs: number }
  | { readonly kind: 'store-down'; readonly atMs: number; readonly untilMs: number };

export interface PlanWorldOptions {
  /** See `barePlan`. */
  readonly plan: Plan;
  readonly model: RoleModel;
  readonly accidents: readonly Accident[];
  readonly random: () => number;
  /** Called every few thousand events, with the milliseconds since the agents were started. @default nobody */
  readonly progress?: (nowMs: number, ended: number) => void;
}

/** Milliseconds of virtual time in which a deployment ends at the latest: no wait may last as long. */
const longestMs = 60 * 24 * 3600_000;
const eventsPerProgress = 4096;
/** How soon something is tried again that cannot happen to an agent between two starts. */
const againMs = 500;

/** A planned deployment on machines that are there in virtual time only: the core of Heddle is real, the roles do what a model says. */
export class PlanWorld {
  readonly scheduler = new Scheduler();
  readonly truth = new Truth(() => this.scheduler.nowMs);
  readonly seen = new Observations({ keepsValues: false });
  readonly machines = new Map<string, Machine>();
  /** When machines were lost, and the last of each. */
  readonly killedMs = new Map<string, number>();
  readonly #options: PlanWorldOptions;
  readonly #process = new SimProcess('coordinator', this.scheduler);
  readonly #weather: Weather;
  readonly #connection: SimConnection;
  #epoch: Epoch | undefined;
  #startMs = 0;
  #seeded = 0;
  #pending = 0;
  #ended = 0;

  constructor(options: PlanWorldOptions) {
    this.#options = options;
    const { scheduler, truth } = this;
    this.#weather = new Weather(calm, options.random, new Tally());
    this.#connection = new SimConnection({ truth, scheduler, process: this.#process, weather: this.#weather });
  }

  get epoch(): Epoch {
    if (this.#epoch === undefined) throw new Error('the deployment has not been started');
    return this.#epoch;
  }

  /** The moment at which the agents were started, in milliseconds of virtual time. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Whether the store was away at any moment between two, in milliseconds since the agents were started. */
  isAwayWithin(fromMs: number, untilMs: number): boolean {
    return this.#options.accidents.some(
      (accident) => accident.kind === 'store-down' && accident.atMs < untilMs && fromMs < accident.untilMs,
    );
  }

  /** How many writes there were to the store since then. */
  get writes(): number {
    return this.truth.version - this.#seeded;
  }

  /** Start the deployment and let everything happen, until every agent has ended or its machine is lost. Throws what starting an epoch throws. */
  async run(): Promise<void> {
    const { plan, accidents, model, random, progress } = this.#options;
    const { scheduler, truth, seen } = this;
    this.#epoch = await this.#during(startEpoch(this.#connection, plan));
    this.#startMs = scheduler.nowMs;
    this.#seeded = truth.version;
    const seeded = this.#seeded;
    const shared = { scheduler, truth, weather: this.#weather, random, seen, epoch: this.epoch, seeded };
    for (const node of plan.nodes) {
      const machine = new Machine({ ...shared, program: modelNode(node, model) });
      this.machines.set(node.name, machine);
      scheduler.after(0, () => machine.start());
    }
    for (const accident of accidents) {
      // Who is to be back is waited for.
      if (accident.kind === 'restart') this.#pending += 1;
      scheduler.after(accident.atMs, () => this.#strike(accident));
    }
    const machines = [...this.machines.values()];
    const isOver = () => {
      if (progress !== undefined && scheduler.events % eventsPerProgress === 0)
        progress(
          scheduler.nowMs - this.#startMs,
          machines.filter(({ state }) => state === 'ended' || state === 'dead').length,
        );
      return this.#allEnded(machines);
    };
    await scheduler.run(isOver, this.#startMs + longestMs);
    for (const machine of machines) if (machine.state !== 'ended') await this.#during(this.#declareLost(machine.name));
  }

  /** Machines end one after the other; only those that are started again begin anew. */
  #allEnded(machines: readonly Machine[]): boolean {
    for (; this.#ended < machines.length; this.#ended += 1) {
      const state = machines[this.#ended]?.state;
      if (state !== 'ended' && state !== 'dead') return false;
    }
    return this.#pending === 0;
  }

  #strike(accident: Accident): void {
    const { scheduler } = this;
    if (accident.kind === 'store-down') {
      for (const machine of this.machines.values()) machine.block('outage');
      this.#pending += 1;
      scheduler.after(accident.untilMs - accident.atMs, () => {
        this.#pending -= 1;
        for (const machine of this.machines.values()) machine.unblock('outage');
      });
      return;
    }
    const machine = this.machines.get(accident.node);
    if (machine === undefined) return;
    if (machine.state === 'off') {
      scheduler.after(againMs, () => this.#strike(accident));
      return;
    }
    if (accident.kind === 'kill') {
      if (machine.state === 'running') this.killedMs.set(machine.name, scheduler.nowMs);
      machine.crash();
      return;
    }
    this.#pending -= 1;
    if (machine.state !== 'dead') return;
    machine.start();
    this.#ended = 0;
  }

  /** Say of a machine that never came back what its agent cannot say any more; `heddle up` does so when an agent of it has ended. */
  async #declareLost(node: string): Promise<void> {
    try {
      await declareLost(this.#connection, this.epoch, node, 'its machine was lost', this.#process.clock);
    } catch (thrown) {
      this.seen.faults.push(`declareLost of ${node}: ${toHeddleError(thrown).message}`);
    }
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await this.scheduler.run(() => isOver, Number.POSITIVE_INFINITY);
    return work;
  }
}
