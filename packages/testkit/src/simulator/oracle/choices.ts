import { decodeRecord, type HeddleError, type VerdictRecord } from '@heddle/core';
import type { ReadSeen, RoleSeen } from '../agent/observations.ts';
import {
  fallback,
  nameOf,
  outputsOf,
  type Program,
  type ProgramInput,
  type ProgramRole,
  roleOf,
} from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Choice } from './deadlocks.ts';
import { type Cause, inputOf, readId, startStep } from './fixpoint.ts';
import type { Timeline } from './timeline.ts';

/** Codes of reads whose value never comes, by what became of its producer. */
const neverCodes: ReadonlySet<string> = new Set(['never-written', 'producer-failed', 'producer-lost']);

interface FirstCause {
  readonly node: string;
  readonly role: string;
  readonly code: string;
}

/** The waits whose end depends on the moment, and not on the program alone. */
export interface Choices {
  /** All of them. */
  readonly all: readonly Choice[];
  /** Those of the last run of each role, by `readId`. */
  readonly last: ReadonlyMap<string, Choice>;
  readonly byRead: ReadonlyMap<ReadSeen, Choice>;
}

/**
 * List the waits whose end depends on the moment: deadlines, which wait of a deadlock ends, and failures of roles that ran again later.
 * Whether the moment was right is checked elsewhere.
 */
export function collectChoices(program: Program, world: World, timeline: Timeline): Choices {
  const last = new Map<string, Choice>();
  const byRead = new Map<ReadSeen, Choice>();
  const starts: Choice[] = [];
  for (const read of world.seen.reads) {
    const id = readId(read.node, read.role, read.step);
    const choice = choiceOfRead(read, program, world, timeline);
    last.delete(id);
    if (choice === undefined) continue;
    last.set(id, choice);
    byRead.set(read, choice);
  }
  for (const role of world.seen.roles) {
    const id = readId(role.node, role.role, startStep);
    const choice = choiceOfStart(role, program, world, timeline);
    last.delete(id);
    if (choice === undefined) continue;
    last.set(id, choice);
    starts.push(choice);
  }
  return { all: [...byRead.values(), ...starts], last, byRead };
}

/** Whether a read got the default of its input. */
export function isFallbackRead({ outcome, input }: ReadSeen, role: ProgramRole): boolean {
  return outcome?.kind === 'value' && outcome.value === fallback && inputOf(role, input).missing === 'default';
}

/** Name where a chain of failures began, as an error says it. */
export function firstCauseOf({ details }: HeddleError): string | undefined {
  const cause = details['firstCause'] as FirstCause | undefined;
  return cause && `${cause.code} ${nameOf(cause.node, cause.role)}`;
}

function choiceOfRead(read: ReadSeen, program: Program, world: World, timeline: Timeline): Choice | undefined {
  const { node, role, step, outcome, startedMs, endedMs } = read;
  if (outcome === undefined || endedMs === undefined) return undefined;
  const declared = roleOf(program, node, role);
  const input = inputOf(declared, read.input);
  const own = nameOf(node, role);
  const at = { node, role, step, endedMs };
  if (outcome.kind === 'value') {
    if (!isFallbackRead(read, declared)) return undefined;
    const late = endedMs - startedMs >= input.deadlineMs;
    if (late) return { ...at, cause: { code: 'wait-timeout', first: `wait-timeout ${own}` } };
    if (hasRunAgain(input, timeline, endedMs)) return { ...at, cause: { code: 'missing-value', first: '' } };
    if (outcome.absence?.code !== 'deadlock') return undefined;
    const verdict = verdictOf(world, read);
    const cause = { code: 'deadlock', first: `deadlock ${own}` };
    return verdict && { ...at, endedMs: verdict.atMs, cause, cycle: verdict.record.cycle };
  }
  const { error } = outcome;
  const isAgain = neverCodes.has(error.code) && hasRunAgain(input, timeline, endedMs);
  const cause = causeOf(error, own, isAgain);
  const verdictMs = cause?.code === 'deadlock' ? verdictOf(world, read)?.atMs : undefined;
  return cause && { ...at, endedMs: Math.min(endedMs, verdictMs ?? endedMs), cause, ...cycleOf(error) };
}

/** Whether a role that was to write it had ended without by then, and ran again later. */
function hasRunAgain(input: ProgramInput, timeline: Timeline, endedMs: number): boolean {
  const ends = input.needs.flatMap(outputsOf).flatMap((output) => timeline.endsWithout(output));
  return ends.some(({ atMs, untilMs }) => atMs <= endedMs && untilMs !== Infinity);
}

function choiceOfStart(seen: RoleSeen, program: Program, world: World, timeline: Timeline): Choice | undefined {
  const { node, role, error, startedMs, failedToStartMs: endedMs } = seen;
  if (error === undefined || endedMs === undefined) return undefined;
  const isAgain = roleOf(program, node, role).after.some((ref) => {
    const records = timeline.records(nameOf(ref.node, ref.role));
    return records.some(
      ({ record, atMs }, index) =>
        atMs <= endedMs && index < records.length - 1 && (record.state === 'failed' || record.state === 'lost'),
    );
  });
  const cause = causeOf(error, nameOf(node, role), isAgain);
  const wait = { node, role, startedMs, endedMs };
  const verdictMs = cause?.code === 'deadlock' ? verdictOf(world, wait)?.atMs : undefined;
  return cause && { node, role, step: startStep, endedMs: verdictMs ?? endedMs, cause, ...cycleOf(error) };
}

function causeOf(error: HeddleError, own: string, isAgain: boolean): Cause | undefined {
  const { code } = error;
  if (code === 'wait-timeout' || code === 'missing-value' || code === 'deadlock')
    return { code, first: `${code} ${own}` };
  return isAgain ? { code, first: firstCauseOf(error) ?? '' } : undefined;
}

function cycleOf({ details }: HeddleError): Pick<Choice, 'cycle'> {
  const cycle = details['cycle'] as VerdictRecord['cycle'] | undefined;
  return cycle === undefined ? {} : { cycle };
}

/** The verdict on a wait, of which a read with a default says nothing, and when it was there: who is asleep learns of it late. */
function verdictOf(
  { truth, epoch }: World,
  { node, role, startedMs, endedMs = 0 }: Pick<ReadSeen, 'node' | 'role' | 'startedMs' | 'endedMs'>,
): { readonly atMs: number; readonly record: VerdictRecord } | undefined {
  const change = truth.changes.findLast(
    ({ key, atMs, value }) =>
      value !== undefined &&
      atMs >= startedMs &&
      atMs <= endedMs &&
      key[1] === epoch.keys.epoch &&
      key[2] === 'verdicts' &&
      key[3] === node &&
      key[4] === role,
  );
  if (change?.value === undefined) return undefined;
  return { atMs: change.atMs, record: decodeRecord(change.value) as unknown as VerdictRecord };
}
