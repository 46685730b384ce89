import type { RoleRef } from '@heddle/core';
import type { ReadSeen, RoleSeen } from '../agent/observations.ts';
import type { Arrival, Evidence } from './evidence.ts';

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
  /** It waited in vain: as long as its deadline, or until the cycle that it was in was found. */
  | 'in-vain';

/** One role of the critical path, while the end of all waited for it. */
export interface CriticalLink {
  readonly node: string;
  readonly role: string;
  readonly cause: LinkCause;
  /** Milliseconds since the agents were started. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What it read, with `value`, `failure` and `in-vain`. */
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
  if (killedMs !== undefined && killedMs < atMs && evidence.end(role)?.record.state === 'lost') {
    const link: CriticalLink = { ...role, cause: 'lost', fromMs: killedMs, toMs: atMs };
    return { link, before: { role: running(evidence, role, killedMs), atMs: killedMs } };
  }
  const run = evidence.run(role, atMs);
  if (run === undefined) return undefined;
  const read = evidence.readsOf(run).findLast((candidate) => heldUp(evidence, candidate, atMs));
  return read === undefined ? fromStart(evidence, run, atMs) : fromRead(evidence, read, role, atMs);
}

/** The role of a node that ran at a moment: the ones behind it waited for it. */
function running(evidence: Evidence, role: RoleRef, atMs: number): RoleRef {
  for (let place: RoleRef | undefined = role; place !== undefined; place = evidence.before(place))
    if (evidence.run(place, atMs) !== undefined) return place;
  return role;
}

function heldUp(evidence: Evidence, read: ReadSeen, atMs: number): boolean {
  if (read.endedMs === undefined || evidence.sinceStart(read.endedMs) > atMs) return false;
  return evidence.arrival(read) !== undefined || isInVain(read);
}

function isInVain({ outcome }: ReadSeen): boolean {
  return outcome?.kind === 'error' && ['deadlock', 'wait-timeout', 'unavailable'].includes(outcome.error.code);
}

function fromRead(evidence: Evidence, read: ReadSeen, role: RoleRef, atMs: number): StepBack {
  const endedMs = evidence.sinceStart(read.endedMs ?? 0);
  const startedMs = evidence.sinceStart(read.startedMs);
  const { input } = read;
  const arrival = isInVain(read) ? undefined : evidence.arrival(read);
  if (arrival === undefined)
    return {
      link: { ...role, cause: 'in-vain', fromMs: startedMs, toMs: atMs, input },
      before: { role, atMs: startedMs },
    };
  const { output } = arrival;
  return {
    link: {
      ...role,
      cause: output === undefined ? 'failure' : 'value',
      fromMs: endedMs,
      toMs: atMs,
      input,
      ...(output === undefined ? {} : { output }),
      waitedMs: endedMs - startedMs,
    },
    before: placeOf(arrival),
  };
}

function fromStart(evidence: Evidence, run: RoleSeen, atMs: number): StepBack {
  const { node, role } = run;
  const startedMs = evidence.sinceStart(run.startedMs);
  const after = evidence.afterArrival(run);
  if (after !== undefined) {
    const fromMs = run.begunMs === undefined ? Math.min(after.atMs, atMs) : evidence.sinceStart(run.begunMs);
    const link: CriticalLink = { node, role, cause: 'after', fromMs, toMs: atMs, waitedMs: fromMs - startedMs };
    return { link, before: placeOf(after) };
  }
  const previous = evidence.before(run);
  const before = previous === undefined ? undefined : evidence.run(previous, startedMs);
  const isFirst = previous === undefined || before?.run !== run.run;
  const link: CriticalLink = { node, role, cause: isFirst ? 'start' : 'order', fromMs: startedMs, toMs: atMs };
  return { link, before: isFirst ? undefined : { role: previous, atMs: startedMs } };
}

function placeOf({ producer, atMs }: Arrival): Place {
  return { role: producer, atMs };
}
