import type { RoleRef } from '@heddle/core';
import type { ReadSeen, RoleSeen } from '../agent/observations.ts';
import type { Arrival, Evidence, Held, Stall } from './evidence.ts';

/** How a link of the critical path came to hold up the end. */
export type LinkCause =
  /** Its agent was started. */
  | 'start'
  /** The link before it is the role before it on its node, and ended. */
  | 'order'
  /** It runs after the role of the link before it. */
  | 'after'
  /** It read a value that the link before it wrote. */
  | 'value'
  /** It read a value that will never come, because the link before it ended. */
  | 'failure'
  /** Its machine was lost; the link ends when that was found out. */
  | 'lost'
  /** It waited, and the link before it is the same role until then. */
  | Held;

/** One role of the critical path, while the end of all waited for it. */
export interface CriticalLink {
  readonly node: string;
  readonly role: string;
  readonly cause: LinkCause;
  /** Milliseconds since the agents were started. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What it read; undefined where it waited to run after others, or for the store to take what it wrote. */
  readonly input?: string;
  /** With `value`: `NODE.OUTPUT`. */
  readonly output?: string;
  /** Milliseconds that it had waited when the link before it let it go on. */
  readonly waitedMs?: number;
}

interface Place {
  readonly role: RoleRef;
  readonly atMs: number;
}

/** Follow the last end back to the start: from each role to what it waited for last. The first link comes first. */
export function criticalPath(evidence: Evidence, last: RoleRef, endMs: number): readonly CriticalLink[] {
  const links: CriticalLink[] = [];
  let place: Place | undefined = { role: last, atMs: endMs };
  // Each step leads to an earlier moment, or to an earlier role of the node.
  while (place !== undefined) {
    const step = stepBack(evidence, place);
    if (step === undefined) break;
    links.unshift(step.link);
    place = step.before;
  }
  return links;
}

interface StepBack {
  readonly link: CriticalLink;
  readonly before: Place | undefined;
}

function stepBack(evidence: Evidence, { role, atMs }: Place): StepBack | undefined {
  const killedMs = evidence.killedMs(role.node);
  if (killedMs !== undefined && killedMs < atMs && evidence.end(role, atMs)?.record.state === 'lost') {
    const link: CriticalLink = { ...role, cause: 'lost', fromMs: killedMs, toMs: atMs };
    return { link, before: { role: running(evidence, role, killedMs), atMs: killedMs } };
  }
  const run = evidence.run(role, atMs);
  if (run === undefined) return undefined;
  const read = evidence.readsOf(run).findLast((candidate) => heldUp(evidence, candidate, atMs));
  const stall = evidence.stallsOf(run).findLast(({ fromMs }) => fromMs < atMs);
  if (stall !== undefined && !(read !== undefined && evidence.sinceStart(read.endedMs ?? 0) > stall.fromMs))
    return fromStall(run, stall, atMs);
  return read === undefined ? fromStart(evidence, run, atMs) : fromRead(evidence, read, atMs);
}

/** The role of a node that ran at a moment: the ones behind it waited for it. */
function running(evidence: Evidence, role: RoleRef, atMs: number): RoleRef {
  for (let place: RoleRef | undefined = role; place !== undefined; place = evidence.before(place))
    if (evidence.run(place, atMs) !== undefined) return place;
  return role;
}

function heldUp(evidence: Evidence, read: ReadSeen, atMs: number): boolean {
  if (read.endedMs === undefined || evidence.sinceStart(read.endedMs) > atMs) return false;
  return read.endedMs > read.startedMs && evidence.holdOfRead(read) !== undefined;
}

function fromStall({ node, role }: RoleSeen, { fromMs, untilMs }: Stall, atMs: number): StepBack {
  const waitedMs = Math.min(untilMs, atMs) - fromMs;
  return {
    link: { node, role, cause: 'store', fromMs, toMs: atMs, waitedMs },
    before: { role: { node, role }, atMs: fromMs },
  };
}

function fromRead(evidence: Evidence, read: ReadSeen, atMs: number): StepBack {
  const { node, role, input } = read;
  const endedMs = evidence.sinceStart(read.endedMs ?? read.startedMs);
  const startedMs = evidence.sinceStart(read.startedMs);
  const hold = evidence.holdOfRead(read) ?? { held: 'gather' };
  if ('held' in hold)
    return {
      link: { node, role, cause: hold.held, fromMs: startedMs, toMs: atMs, input, waitedMs: endedMs - startedMs },
      before: { role: { node, role }, atMs: startedMs },
    };
  const { output } = hold.arrival;
  return {
    link: {
      node,
      role,
      cause: output === undefined ? 'failure' : 'value',
      fromMs: endedMs,
      toMs: atMs,
      input,
      ...(output === undefined ? {} : { output }),
      waitedMs: endedMs - startedMs,
    },
    before: placeOf(hold.arrival),
  };
}

function fromStart(evidence: Evidence, run: RoleSeen, atMs: number): StepBack {
  const { node, role } = run;
  const startedMs = evidence.sinceStart(run.startedMs);
  const hold = evidence.holdOfStart(run);
  const waitedMs = (run.begunMs ?? run.endedMs ?? run.startedMs) - run.startedMs;
  if (hold !== undefined && 'arrival' in hold) {
    // One that failed before its turn ended as soon as it knew.
    const fromMs = run.begunMs === undefined ? Math.min(hold.arrival.atMs, atMs) : startedMs + waitedMs;
    return { link: { node, role, cause: 'after', fromMs, toMs: atMs, waitedMs }, before: placeOf(hold.arrival) };
  }
  const previous = evidence.before(run);
  const before = previous === undefined ? undefined : evidence.run(previous, startedMs);
  const isFirst = previous === undefined || before?.run !== run.run;
  const cause = hold?.held ?? (isFirst ? 'start' : 'order');
  const waited = hold === undefined ? {} : { waitedMs };
  const link: CriticalLink = { node, role, cause, fromMs: startedMs, toMs: atMs, ...waited };
  return { link, before: isFirst ? undefined : { role: previous, atMs: startedMs } };
}

function placeOf({ producer, atMs }: Arrival): Place {
  return { role: producer, atMs };
}
