import type { HeddleError, PlanRole, RoleState } from '@heddle/core';
import type { Adapter, RunExit } from '../adapters/adapter.ts';
import type { Masker } from '../child/masker.ts';
import { roleFailure } from './role-failure.ts';
import type { RoleOutputs, ToldError } from './role-outputs.ts';
import type { RoleReads } from './role-reads.ts';

/** How a run ended, as its role's record says it. */
export interface Verdict {
  readonly state: RoleState;
  readonly error?: HeddleError;
}

/** What a run is judged by when its command has ended. */
export interface EndedRun {
  readonly node: string;
  readonly role: PlanRole;
  readonly adapter: Adapter;
  readonly nodeDirectory: string;
  readonly isGuest: boolean;
  readonly reads: RoleReads;
  readonly outputs: RoleOutputs;
  readonly masker: Masker;
  /** Why it was stopped, if it was; it may be until the last output is written. */
  readonly stopped: () => HeddleError | undefined;
  /** What the tool says that the run fails of. */
  readonly told: () => ToldError | undefined;
}

/** Judge a run: a role has ended well when its run exits with 0; then nothing is held back any more. Throws store errors. */
export async function judge(exit: RunExit, run: EndedRun): Promise<Verdict> {
  const { outputs, reads } = run;
  const stopped = run.stopped();
  if (stopped !== undefined) return failed(stopped, stopped);
  if (exit.exitCode === 0) {
    await outputs.report(new Map(), true);
    const lost = lostOutput(exit, run);
    return lost === undefined ? { state: 'done' } : failed(lost, run.stopped());
  }
  return failed(reads.failure ?? outputs.failure ?? failureOf(exit, run.told() ?? outputs.told, run), run.stopped());
}

/** Give the state of a run that failed: what ended because the deployment was aborted has not failed of itself. */
export function failed(error: HeddleError, stopped: HeddleError | undefined): Required<Verdict> {
  const isAborted = (stopped !== undefined && stopped.code !== 'role-failed') || error.code === 'aborted';
  return { state: isAborted ? 'aborted' : 'failed', error };
}

/**
 * Why readers would not get what an output is after a run that ended well: it was refused, or what its value is made of could not be read or computed.
 * Such a tool never fails of that itself, and readers would learn only that the value is not there.
 */
function lostOutput(exit: RunExit, run: EndedRun): HeddleError | undefined {
  const { adapter, outputs, reads } = run;
  if (!adapter.hasLocalLevel || (!outputs.hasLost && outputs.missing().length === 0)) return undefined;
  const told = outputs.told ?? run.told();
  const own = told === undefined ? undefined : failureOf(exit, told, run);
  return outputs.refusal ?? reads.failure ?? own;
}

function failureOf(exit: RunExit, told: ToldError | undefined, run: EndedRun): HeddleError {
  return roleFailure({ ...run, exit, told, unread: run.reads.unread() });
}
