import type { LastingWait } from './lasting-wait.ts';

/** The waits of a node's reads that go on, by role, and the numbers of their records. */
export class OpenWaits {
  /** Each is used again, so that a store need not keep room for every wait there ever was. */
  readonly #numbers = new Map<string, Set<number>>();
  readonly #waits = new Map<string, Set<LastingWait>>();

  /** Take the lowest free number of a role. Number 0 is its wait for the roles that come before. */
  take(role: string): number {
    const taken = this.#numbers.get(role) ?? new Set();
    this.#numbers.set(role, taken);
    let number = 1;
    while (taken.has(number)) number += 1;
    taken.add(number);
    return number;
  }

  add(role: string, wait: LastingWait): void {
    this.#waits.set(role, (this.#waits.get(role) ?? new Set()).add(wait));
  }

  /** The wait has ended; its number is free when its record is gone. */
  remove(role: string, wait: LastingWait, number: number): void {
    this.#waits.get(role)?.delete(wait);
    void wait.recorder.gone.then(() => this.#numbers.get(role)?.delete(number));
  }

  of(role: string): readonly LastingWait[] {
    return [...(this.#waits.get(role) ?? [])];
  }
}
