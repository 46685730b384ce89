import { formatDuration, HeddleError, type MissingOutput, producerText, runAgainText } from '@heddle/core';
import type { OutputsState, OutputView } from '../views/outputs.ts';
import type { Target } from './target.ts';

const mostNamed = 5;

/** The error of a target that is not all there: 21 when a part of it will never come, otherwise 20. */
export function absenceError(target: Target, state: OutputsState, nowMs: number): HeddleError {
  const failed = target.outputs.find((output) => output.state === 'failed');
  return failed === undefined ? missingError(target, state, nowMs) : neverError(failed, state);
}

/** The error of a wait that was given up. */
export function timeoutError(target: Target, state: OutputsState, timeoutMs: number, nowMs: number): HeddleError {
  return new HeddleError(
    'wait-timeout',
    `heddle get waited ${formatDuration(timeoutMs)} for ${namesOf(target)} of ${placeOf(state)}`,
    {
      notes: producerNotes(target, state, nowMs),
      next: [
        'heddle status  shows what every role is doing',
        `heddle get ${shown(target.text)} --wait --timeout 30m  waits longer`,
      ],
    },
  );
}

function missingError(target: Target, state: OutputsState, nowMs: number): HeddleError {
  return new HeddleError('missing-value', `${namesOf(target)} of ${placeOf(state)} is not there yet`, {
    notes: producerNotes(target, state, nowMs),
    next: ['heddle status  shows what every role is doing', `heddle get ${shown(target.text)} --wait  waits for it`],
  });
}

function neverError({ name, node, role, roleState, roleError }: OutputView, state: OutputsState): HeddleError {
  const code = roleState === 'done' ? 'never-written' : roleState === 'lost' ? 'producer-lost' : 'producer-failed';
  const because =
    { done: `ended well without writing it`, lost: 'is gone: its node was lost', aborted: 'was aborted' }[
      roleState as string
    ] ?? 'failed';
  return new HeddleError(code, `${name} of ${placeOf(state)} will never come: role ${role} of ${node} ${because}`, {
    notes: roleError === undefined ? [] : [`cause: ${roleError.message}`],
    next: [
      code === 'never-written'
        ? `let role ${role} of ${node} write it, or correct the path of the output in the deployment file; then run heddle up again`
        : `repair role ${role} of ${node}, then run ${runAgainText({ node, role })}`,
    ],
  });
}

function producerNotes(target: Target, state: OutputsState, nowMs: number): string[] {
  return absent(target)
    .slice(0, mostNamed)
    .map(({ node, output, role }) => {
      const producer = state.roles.find((record) => record.node === node && record.role === role);
      const missing: MissingOutput = { ref: { node, output }, role, ...(producer === undefined ? {} : { producer }) };
      return `producer: ${producerText(missing, nowMs)}`;
    });
}

function absent(target: Target): readonly OutputView[] {
  return target.outputs.filter((output) => output.state !== 'present');
}

function namesOf(target: Target): string {
  const names = absent(target).map(({ name }) => name);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}

function placeOf({ deployment, epoch }: OutputsState): string {
  return `deployment ${deployment} (epoch ${epoch})`;
}

function shown(text: string): string {
  return text.includes('[') ? `'${text}'` : text;
}
