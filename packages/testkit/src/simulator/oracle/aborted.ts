import { isEnded } from '@heddle/core';
import type { ReadSeen } from '../agent/observations.ts';
import { nameOf, type Program } from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Timeline } from './timeline.ts';
import { patienceMs } from './timing.ts';

/** Milliseconds in which the news of an abort come to an agent: one message of a watch that it has had from its start. */
const newsMs = 1000;

/** Say what went on in a deployment although it had been aborted. */
export function checkAborted(program: Program, world: World, timeline: Timeline, abortedMs: number): string[] {
  const isLate = (atMs: number): boolean => atMs - abortedMs > patienceMs(abortedMs, atMs, world, newsMs);
  const after = (atMs: number): string => `${Math.round(atMs - abortedMs)} ms after the abort`;
  const started = world.seen.roles.flatMap(({ node, role, begunMs }) =>
    begunMs !== undefined && isLate(begunMs) ? [`${nameOf(node, role)} began ${after(begunMs)}`] : [],
  );
  const outputs = program.nodes.flatMap(({ name, roles }) =>
    roles.flatMap((role) => role.outputs.map((output) => nameOf(name, output))),
  );
  const published = outputs.flatMap((output) =>
    timeline.values(output).flatMap(({ atMs }) => (isLate(atMs) ? [`${output} was published ${after(atMs)}`] : [])),
  );
  const open = program.nodes.flatMap(({ name, roles }) =>
    roles.flatMap((role) => {
      const id = nameOf(name, role.name);
      const state = timeline.records(id).at(-1)?.record.state ?? 'pending';
      return isEnded(state) || world.seen.hanging.has(name) ? [] : [`${id} is ${state} still, after an abort`];
    }),
  );
  return [...started, ...published, ...open];
}

/** Say what is wrong with a read that ended after the abort: it ends soon, and of nothing else, unless the news crossed. */
export function checkReadAfterAbort(read: ReadSeen, world: World, abortedMs: number): string[] {
  const { startedMs, endedMs = startedMs, outcome } = read;
  const dueMs = Math.max(startedMs, abortedMs);
  const problems: string[] = [];
  if (endedMs - dueMs > patienceMs(dueMs, endedMs, world, newsMs))
    problems.push(`it went on for ${Math.round(endedMs - dueMs)} ms after the abort`);
  const isAborted = outcome?.kind === 'error' && outcome.error.code === 'aborted';
  if (!isAborted && endedMs - abortedMs > patienceMs(abortedMs, endedMs, world, newsMs))
    problems.push(`it ended otherwise than aborted ${Math.round(endedMs - abortedMs)} ms after the abort`);
  return problems;
}
