import {
  type DeploymentState,
  formatDuration,
  HeddleError,
  type OpenPart,
  producerText,
  systemClock,
} from '@heddle/core';
import type { Progress } from './await-conditions.ts';

const mostNamed = 5;

/** The line that a wait prints while it goes on: what is missing, what its first producer does, age and time left. */
export function waitLine({ judgement, isStoreDown }: Progress, waitedMs: number, timeoutMs: number): string {
  const open = judgement.kind === 'open' ? judgement.open : [];
  const [first] = open;
  const doing = first === undefined ? '' : `; ${partText(first)}`;
  const what = isStoreDown ? `${namesOf(open)}; the store does not answer` : `${namesOf(open)}${doing}`;
  return `heddle wait: has waited ${formatDuration(waitedMs)} for ${what}; ${formatDuration(Math.max(0, timeoutMs - waitedMs))} left`;
}

/** What a wait is for, for the message of what ends it. */
export function waitingText({ judgement }: Progress): string {
  return `heddle wait waits for ${namesOf(judgement.kind === 'open' ? judgement.open : [])}`;
}

/** The error of a wait that was given up. */
export function timeoutError(
  { deployment, epoch }: Pick<DeploymentState, 'deployment' | 'epoch'>,
  { judgement, isStoreDown }: Progress,
  timeoutMs: number,
): HeddleError {
  const open = judgement.kind === 'open' ? judgement.open : [];
  const what = `heddle wait waited ${formatDuration(timeoutMs)} for ${namesOf(open)} of deployment ${deployment} (epoch ${epoch})`;
  if (isStoreDown) {
    return new HeddleError('unavailable', `${what}: the store does not answer, so nobody can say what has come`, {
      next: ['heddle doctor  says what is reachable'],
    });
  }
  const [first] = open;
  return new HeddleError('wait-timeout', what, {
    notes: open.slice(0, mostNamed).map(partText),
    next: [
      ...(first === undefined ? [] : [`heddle why ${first.ref.node}:${first.role}  explains what it waits for`]),
      'heddle wait ... --timeout 30m  waits longer',
    ],
  });
}

function partText(part: OpenPart): string {
  return `producer: ${producerText(part, systemClock.wallMs())}`;
}

function namesOf(open: readonly OpenPart[]): string {
  const more = open.length > mostNamed ? ` and ${open.length - mostNamed} more` : '';
  return `${open
    .slice(0, mostNamed)
    .map(({ text }) => text)
    .join(', ')}${more}`;
}
