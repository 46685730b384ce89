import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@heddle/core';
import type { ReadSeen } from '../agent/observations.ts';
import { outputsOf, type ProgramInput, type ProgramNeed } from '../program/program.ts';
import type { World } from '../world/world.ts';
import { enough } from './fixpoint.ts';
import type { Timeline } from './timeline.ts';
import { patienceMs } from './timing.ts';

/** An output that a run of a role has read before: it keeps that value. */
export interface KnownValue {
  readonly rev: string;
  readonly startedMs: number;
}

/** Say what is wrong with the value that a read got: not what was written, not of this epoch, or superseded long ago. */
export function checkValue(
  read: ReadSeen,
  input: ProgramInput,
  timeline: Timeline,
  world: World,
  known: Map<string, KnownValue>,
): string[] {
  if (read.outcome?.kind !== 'value' || read.endedMs === undefined) return [];
  const { value, revisions } = read.outcome;
  const problems: string[] = [];
  const values = new Map<string, Json>();
  for (const [output, rev] of Object.entries(revisions)) {
    const landed = timeline.values(output);
    const index = landed.findIndex((candidate) => candidate.rev === rev);
    const landing = landed[index];
    if (landing === undefined || landing.atMs > read.endedMs) {
      problems.push(`it read ${output} at the revision ${rev}, which nobody had written`);
      continue;
    }
    values.set(output, landing.value);
    const id = `${read.node}.${read.role} ${read.run} ${output}`;
    const first = known.get(id) ?? { rev, startedMs: read.startedMs };
    known.set(id, first);
    if (first.rev !== rev) problems.push(`${output} has changed since this run of the role read it first`);
    const superseded = landed[index + 1];
    if (superseded === undefined) continue;
    const lateMs = first.startedMs - superseded.atMs;
    if (lateMs > patienceMs(superseded.atMs, first.startedMs, world))
      problems.push(`a stale value: ${output} had been written again ${Math.round(lateMs)} ms before the read began`);
  }
  if (problems.length > 0) return problems;
  const parts = input.shape === 'whole' ? [value] : (value as Json[]);
  return input.needs.flatMap((need, index) => {
    const got = parts[index];
    return isMadeOf(got, need, values) ? [] : [`it got ${JSON.stringify(got)} of ${JSON.stringify([...values])}`];
  });
}

/** True for the value of an output, or enough values of a gather, in their order, as they were read. */
function isMadeOf(got: Json | undefined, need: ProgramNeed, values: ReadonlyMap<string, Json>): boolean {
  const outputs = outputsOf(need);
  if (need.kind === 'output') return got !== undefined && isDeepStrictEqual(got, values.get(outputs[0] as string));
  if (got === undefined || got === null || typeof got !== 'object') return false;
  const texts = Object.values(got);
  const members = outputs.filter((output) => texts.includes(values.get(output) as Json));
  if (members.length < enough(need) || members.length !== texts.length) return false;
  const expected = members.map((output) => [output.slice(0, output.lastIndexOf('.')), values.get(output)] as const);
  return isDeepStrictEqual(got, need.as === 'map' ? Object.fromEntries(expected) : expected.map(([, value]) => value));
}
