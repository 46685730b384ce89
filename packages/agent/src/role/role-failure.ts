import { join } from 'node:path';
import { HeddleError, type PlanRole, runAgainText, unreadInputs, unreadText } from '@heddle/core';
import type { Adapter, RunExit } from '../adapters/adapter.ts';
import type { Masker } from '../child/masker.ts';
import type { ToldError } from './role-outputs.ts';

/** What is known of a run that failed. */
export interface FailedRun {
  readonly exit: RunExit;
  /** What the tool says that the run failed of. */
  readonly told: ToldError | undefined;
  readonly node: string;
  readonly role: PlanRole;
  readonly adapter: Adapter;
  readonly nodeDirectory: string;
  /** Names of inputs that it has not read. */
  readonly unread: readonly string[];
  /** Somebody else has started it. */
  readonly isGuest: boolean;
  readonly masker: Masker;
}

/** Write the error of a role whose run failed: `role-failed`, with what it failed of, where, and what to do. */
export function roleFailure(run: FailedRun): HeddleError {
  const { exit, told, node, role, adapter, nodeDirectory, isGuest, masker } = run;
  const how = howEnded(exit);
  // What it failed of may be that it looked for the value at another place.
  const slips = unreadInputs(role, run.unread).filter(({ meant }) => meant !== undefined);
  const place = told?.source === undefined ? '' : ` (${told.source})`;
  const what = told?.message ?? adapter.explainExit(exit) ?? how;
  return new HeddleError('role-failed', `${node} role ${role.name}${place} failed: ${masker.mask(what)}`, {
    notes: [
      ...(slips.length === 0 ? [] : [`it had not read its input ${unreadText(slips)}`]),
      ...(told === undefined && exit.tail !== '' ? [`last output:\n${exit.tail}`] : []),
    ],
    next: [
      isGuest
        ? 'look at what it printed, repair it, then start its run again'
        : `read ${join(nodeDirectory, 'log', `${role.name}.log`)}, repair it, then run ${runAgainText({ node, role: role.name })}`,
      ...(slips.length === 0
        ? []
        : [
            'or correct the path of that input in the deployment file, then run heddle up: a changed file needs a new epoch',
          ]),
    ],
    details: { node, role: role.name, how, ...(told?.source === undefined ? {} : { source: told.source }) },
  });
}

/** Of a run that the agent did not start, nobody sees the exit code. */
function howEnded({ exitCode, signal }: RunExit): string {
  if (signal !== null) return `signal ${signal}`;
  return exitCode === null ? 'its process ended before the run was over' : `exit code ${exitCode}`;
}
