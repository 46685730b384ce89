import type { ReadSeen } from '../agent/observations.ts';
import { outputsOf, type ProgramInput } from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Timeline } from './timeline.ts';

/** Milliseconds: how long after a fault has passed something may still be late by it: a session that has to expire, an election, a retry. */
const aftermathMs = 25_000;
/** Milliseconds in which the news of a write come to whoever waits, when nothing is wrong: some messages, each late, and a gather's writer. */
const newsMs = 15_000;

/** Say whether a read ended at the right moment, and with what was true then: by what stood in the store. */
export function checkTiming(read: ReadSeen, input: ProgramInput, timeline: Timeline, world: World): string[] {
  const { startedMs, endedMs, outcome } = read;
  if (endedMs === undefined || outcome === undefined) return [];
  const code = outcome.kind === 'value' ? undefined : outcome.error.code;
  const completeMs = timeline.completeMs(input);
  const neverMs = timeline.neverMs(input, startedMs);
  const dueMs = Math.max(startedMs, Math.min(completeMs ?? Infinity, neverMs ?? Infinity));
  const waitedMs = endedMs - startedMs;
  const problems: string[] = [];
  if (input.missing !== 'fail' && endedMs - dueMs > patienceMs(dueMs, endedMs, world))
    problems.push(`it could have ended ${Math.round(endedMs - dueMs)} ms earlier`);
  if (code === 'wait-timeout' && waitedMs < input.deadlineMs)
    problems.push(`its deadline is ${input.deadlineMs} ms, and it waited ${Math.round(waitedMs)} ms`);
  if (
    code === 'missing-value' &&
    completeMs !== undefined &&
    startedMs - completeMs > patienceMs(completeMs, startedMs, world)
  )
    problems.push(`a false alarm: its value was there ${Math.round(startedMs - completeMs)} ms before it looked`);
  if (code === 'never-written' || code === 'producer-failed' || code === 'producer-lost') {
    const ends = input.needs.flatMap(outputsOf).flatMap((output) => timeline.endsWithout(output));
    if (!ends.some((end) => end.atMs <= endedMs && codeOf(end.state) === code))
      problems.push('a false alarm: no role that could have written it had ended so by then');
  }
  return problems;
}

/**
 * Milliseconds that somebody may not know at `toMs` what has been true since `fromMs`.
 *
 * @param quickMs  Milliseconds that the news take when nothing is wrong. @default those of a value
 */
export function patienceMs(
  fromMs: number,
  toMs: number,
  { disturbances, climateMs }: World,
  quickMs: number = newsMs,
): number {
  const during = disturbances.filter(
    ({ fromMs: from, untilMs: until }) => from <= toMs && until + aftermathMs >= fromMs,
  );
  const lostMs = during.reduce((sum, { fromMs: from, untilMs: until }) => sum + (until - from) + aftermathMs, 0);
  return quickMs + climateMs + lostMs;
}

/** The code that readers of its outputs get when a role ended so. */
export function codeOf(state: string): string {
  if (state === 'done') return 'never-written';
  return state === 'lost' ? 'producer-lost' : 'producer-failed';
}
