import { type HeddleError, type Rev, toHeddleError } from '@heddle/core';
import type { AgentExit, AgentProcess } from './agent-process.ts';

export interface FleetOptions {
  readonly start: (node: string) => AgentProcess;
  /** The revision of what is asked of a node now: roles to run again; undefined: nothing. */
  readonly asked: (node: string) => Promise<Rev | undefined>;
  /** Look after a node whose agent has ended and of which nothing is asked. Resolves with what is wrong with it. */
  readonly ended: (agent: AgentProcess, exit: AgentExit) => Promise<HeddleError | undefined>;
  /** Drop what is asked of a node whose agent ended without taking it. */
  readonly drop: (node: string) => Promise<void>;
}

/** The agents of `heddle up`, one a node: each is started once, and again when somebody asks for roles of a node whose agent has ended. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #agents = new Map<string, AgentProcess>();
  readonly #kept = new Map<string, Promise<void>>();
  readonly #woken = new Set<string>();
  readonly #errors = new Map<string, HeddleError>();
  #isStopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get agents(): readonly AgentProcess[] {
    return [...this.#agents.values()];
  }

  /** What is wrong with nodes whose agent did not end its roles. */
  get errors(): readonly HeddleError[] {
    return [...this.#errors.values()];
  }

  /** Start the first agent of a node. */
  start(node: string): void {
    if (this.#isStopped || this.#kept.has(node)) return;
    this.#keep(node, () => this.#run(node, undefined));
  }

  /** Look whether something is asked of a node, now or when its agent has ended, and let an agent do it. */
  wake(node: string): void {
    if (this.#isStopped) return;
    if (this.#kept.has(node)) this.#woken.add(node);
    else this.#keep(node, () => this.#runAsked(node));
  }

  /** Start no agent any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** True when no agent runs and nothing is known to be asked of any. */
  get isSettled(): boolean {
    return this.#kept.size === 0;
  }

  /** Resolve when no agent runs and nothing is known to be asked of any. Throws what starting an agent throws, and store errors. */
  async settled(): Promise<void> {
    while (this.#kept.size > 0) await Promise.all(this.#kept.values());
  }

  #keep(node: string, first: () => Promise<void>): void {
    const keep = async () => {
      await first();
      while (this.#woken.delete(node)) await this.#runAsked(node);
    };
    const kept = keep().finally(() => this.#kept.delete(node));
    // Whoever waits for all of them is told; until then it is no unhandled rejection.
    kept.catch(() => undefined);
    this.#kept.set(node, kept);
  }

  async #runAsked(node: string): Promise<void> {
    const asked = await this.#look(node);
    if (asked !== undefined) await this.#run(node, asked);
  }

  /** Nothing is asked once it is stopped, also while it looked. A store that is gone ends nobody else's agent: the error is the node's. */
  async #look(node: string): Promise<Rev | undefined> {
    if (this.#isStopped) return undefined;
    try {
      const asked = await this.#options.asked(node);
      return this.#isStopped ? undefined : asked;
    } catch (thrown) {
      this.#errors.set(node, toHeddleError(thrown));
      return undefined;
    }
  }

  /** Run agents of a node until nothing new is asked of it. */
  async #run(node: string, asked: Rev | undefined): Promise<void> {
    let known = asked;
    for (;;) {
      const agent = this.#options.start(node);
      this.#agents.set(node, agent);
      this.#errors.delete(node);
      const exit = await agent.exit;
      const next = await this.#look(node);
      if (next === undefined || next === known) {
        if (next !== undefined) await this.#options.drop(node);
        const error = await this.#options.ended(agent, exit);
        if (error !== undefined) this.#errors.set(node, error);
        return;
      }
      known = next;
    }
  }
}
