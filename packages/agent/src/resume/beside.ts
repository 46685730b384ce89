import type { PlanRole } from '@heddle/core';
import type { RoleOutcome } from '../role/role-run.ts';

/** The roles that run beside those of the queue. */
export class Beside {
  readonly #run: (role: PlanRole) => Promise<RoleOutcome>;
  readonly #ends = new Map<string, PromiseSettledResult<RoleOutcome>>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(run: (role: PlanRole) => Promise<RoleOutcome>) {
    this.#run = run;
  }

  /** Start a role that does not run. */
  start(role: PlanRole): void {
    const settle = async () => {
      const [end] = await Promise.allSettled([this.#run(role)]);
      this.#ends.set(role.name, end);
      this.#running.delete(role.name);
    };
    this.#running.set(role.name, settle());
  }

  /** Resolves when the role does not run any more. */
  async ended(name: string): Promise<void> {
    await this.#running.get(name);
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** How each ended, by its name. Throws what the first that could not be recorded ended of. */
  outcomes(): ReadonlyMap<string, RoleOutcome> {
    return new Map(
      [...this.#ends].map(([name, end]) => {
        if (end.status === 'rejected') throw end.reason;
        return [name, end.value];
      }),
    );
  }
}
