import type { HeddleError } from '@heddle/core';
import type { RunExit } from '../adapters/adapter.ts';
import type { RoleProcess } from '../role/role-command.ts';
import type { Guest } from './entrance.ts';

/** The run of a role that somebody else has started: it has been told to begin, and lasts as long as its process. */
export class OutsideCommand implements RoleProcess {
  readonly #guest: Guest;
  readonly #hasEndedWell: () => boolean;
  readonly #stopping = new AbortController();

  /** @param hasEndedWell  Whether it has reported the end of a run that went well. */
  constructor(guest: Guest, hasEndedWell: () => boolean) {
    this.#guest = guest;
    this.#hasEndedWell = hasEndedWell;
  }

  get stopped(): HeddleError | undefined {
    return this.#stopping.signal.reason as HeddleError | undefined;
  }

  /** Go on without it: who started it may stop it. Its next read or report is refused. */
  stop(why: HeddleError): void {
    this.#stopping.abort(why);
  }

  async run(): Promise<RunExit> {
    await firstOf(this.#guest.left, this.#stopping.signal);
    return { exitCode: this.#hasEndedWell() ? 0 : null, signal: null, tail: '' };
  }
}

function firstOf(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const any = AbortSignal.any([...signals]);
    if (any.aborted) return resolve();
    any.addEventListener('abort', () => resolve(), { once: true });
  });
}
