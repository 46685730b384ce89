import type { CycleEdge } from '@heddle/core';
import type { ReadSeen, RoleSeen } from '../agent/observations.ts';
import { nameOf, type Program, roleOf } from '../program/program.ts';
import type { World } from '../world/world.ts';
import { type Cause, Fixpoint, type Given, inputOf, readId, startStep } from './fixpoint.ts';
import type { Timeline } from './timeline.ts';

/** A wait that ended by the moment, in the order of the moments. */
export interface Choice {
  readonly node: string;
  readonly role: string;
  readonly step: number;
  readonly endedMs: number;
  readonly cause: Cause;
  /** The cycle that its error names. */
  readonly cycle?: readonly CycleEdge[];
}

/** Milliseconds by which a verdict may be older than the end that it brings about, when messages are quick. */
const newsMs = 1000;
/** Milliseconds after which a cycle has been found, whatever goes wrong. */
const foundWithinMs = 90_000;
/** Milliseconds between the moments that are looked at. */
const stepMs = 250;

/**
 * Go through the waits that ended by a deadlock or by their deadline, and say which were wrong: in no cycle of waits, or in one that nobody
 * found.
 *
 * A search over the program: who waits for whom, once everything is done that can be done. A verdict is about a moment that is a little
 * older than the end that it brings about.
 */
export function checkDeadlocks(
  program: Program,
  choices: readonly Choice[],
  timeline: Timeline,
  world: World,
): string[] {
  return choices.flatMap((choice) => {
    const name = nameOf(choice.node, choice.role);
    const { cause, endedMs } = choice;
    if (cause.code === 'wait-timeout') {
      const sinceMs = endedMs - foundWithinMs;
      const then = hopefulAt(program, timeline, world, sinceMs, { waiting: waitingAt(world, sinceMs) });
      const isMissed = isOldCycle(then, choice, world);
      return isMissed ? [`${name}: a missed deadlock: it is in a cycle of waits, and waited until its deadline`] : [];
    }
    if (cause.code !== 'deadlock') return [];
    let problems: string[] = [];
    for (let atMs = endedMs; atMs >= endedMs - newsMs - world.climateMs; atMs -= stepMs) {
      // Of what it waits for, something may never come besides: whichever of the two is found first ends it.
      for (const lingering of [undefined, readId(choice.node, choice.role, choice.step)]) {
        const then = hopefulAt(program, timeline, world, atMs, { lingering });
        const isCaught = then.placeOf(name) === choice.step && pathTo(then, name, name) !== undefined;
        problems = isCaught
          ? checkCycle(program, then, choice)
          : ['a false alarm: it ended by a deadlock, and by the program it is in none'];
        if (problems.length === 0) return [];
      }
    }
    return problems.map((problem) => `${name} step ${choice.step}: ${problem}`);
  });
}

/** What a program comes to from a moment on, if all goes well. */
function hopefulAt(
  program: Program,
  timeline: Timeline,
  { seen }: World,
  atMs: number,
  { waiting, lingering }: Pick<Given, 'waiting'> & { readonly lingering?: string | undefined } = {},
): Fixpoint {
  const runs = new Map<string, number>();
  for (const { node, role, run, startedMs } of seen.roles) if (startedMs <= atMs) runs.set(nameOf(node, role), run);
  const isLast = ({ node, role, run }: ReadSeen | RoleSeen): boolean => runs.get(nameOf(node, role)) === run;
  const begun = seen.roles.filter((run) => (run.begunMs ?? Infinity) < atMs && isLast(run));
  const ended = seen.reads.filter((read) => (read.endedMs ?? Infinity) < atMs && isLast(read));
  const passed = new Set([
    ...begun.map(({ node, role }) => readId(node, role, startStep)),
    ...ended.map(({ node, role, step }) => readId(node, role, step)),
  ]);
  const known = { ...(waiting === undefined ? {} : { waiting }), ...(lingering === undefined ? {} : { lingering }) };
  return new Fixpoint(program, {
    choices: new Map(),
    lost: new Map(),
    isHopeful: true,
    passed,
    ...known,
    ...timeline.at(atMs),
  });
}

/** The reads that roles wait in at a moment, and the waits of those that have come to their turn and run after others. */
function waitingAt({ seen }: World, atMs: number): ReadonlySet<string> {
  const open = seen.reads.filter(({ startedMs, endedMs = Infinity }) => startedMs <= atMs && endedMs > atMs);
  const toStart = seen.roles.filter(
    ({ startedMs, begunMs, failedToStartMs, endedMs }) =>
      startedMs <= atMs && (begunMs ?? failedToStartMs ?? endedMs ?? Infinity) > atMs,
  );
  return new Set([
    ...open.map(({ node, role, step }) => readId(node, role, step)),
    ...toStart.map(({ node, role }) => readId(node, role, startStep)),
  ]);
}

/** Whether a role has been in a cycle for so long that somebody should have found it: each wait on it is an old one. */
function isOldCycle(fixpoint: Fixpoint, { node, role, step, endedMs }: Choice, { seen }: World): boolean {
  const name = nameOf(node, role);
  if (fixpoint.placeOf(name) !== step) return false;
  const path = pathTo(fixpoint, name, name);
  if (path === undefined) return false;
  const since = endedMs - foundWithinMs;
  return path.every((other, index) => {
    const place = fixpoint.placeOf(other);
    // The way is told from its end.
    const next = path[index - 1] ?? name;
    if (place === startStep) return isBefore(next, other) || hasBegun(other, since, endedMs, seen);
    return seen.reads.some(
      (read) =>
        nameOf(read.node, read.role) === other &&
        read.step === place &&
        read.startedMs < since &&
        (read.endedMs ?? Infinity) >= endedMs,
    );
  });
}

/** Whether a role waits for its turn behind another one of its node, which the plan says without any wait. */
function isBefore(next: string, role: string): boolean {
  return nodeOf(next) === nodeOf(role);
}

function nodeOf(role: string): string {
  return role.slice(0, role.indexOf('.'));
}

/** Whether a role has come to its wait for those that it runs after: before that nobody knows of it. */
function hasBegun(role: string, sinceMs: number, nowMs: number, { roles }: World['seen']): boolean {
  const run = roles.findLast((one) => nameOf(one.node, one.role) === role && one.startedMs <= nowMs);
  return run !== undefined && run.startedMs < sinceMs;
}

/** The roles on a shortest way from a role to another one, by who waits for whom. */
function pathTo(fixpoint: Fixpoint, from: string, to: string): readonly string[] | undefined {
  const before = new Map<string, string>();
  const open = [from];
  for (const name of open) {
    for (const next of fixpoint.waitsFor(name)) {
      if (next === to) {
        const path = [name];
        for (let at = name; at !== from; ) {
          at = before.get(at) as string;
          path.push(at);
        }
        return path;
      }
      if (before.has(next)) continue;
      before.set(next, name);
      open.push(next);
    }
  }
  return undefined;
}

/** The cycle that a person is told is one, and it is told whole. */
function checkCycle(program: Program, fixpoint: Fixpoint, { node, role, cycle }: Choice): string[] {
  if (cycle === undefined || cycle.length === 0) return ['its error names no cycle'];
  const [first] = cycle;
  const hasDefault = ({ node, role }: CycleEdge): boolean => {
    const declared = roleOf(program, node, role);
    const step = declared.steps[fixpoint.placeOf(nameOf(node, role)) ?? startStep];
    return step?.kind === 'read' && inputOf(declared, step.input).missing === 'default';
  };
  if (first !== undefined && !hasDefault(first) && cycle.some(hasDefault))
    return ['another wait of the cycle has a default, and should have gone on with it'];
  const problems = first?.node === node && first.role === role ? [] : ['the cycle of its error begins elsewhere'];
  for (const [index, edge] of cycle.entries()) {
    const next = cycle[(index + 1) % cycle.length] as CycleEdge;
    const name = nameOf(edge.node, edge.role);
    const producer = nameOf(edge.producer.node, edge.producer.role);
    if (producer !== nameOf(next.node, next.role)) problems.push(`the cycle of its error is torn after ${name}`);
    if (!fixpoint.waitsFor(name).includes(producer))
      problems.push(`${name} does not wait for ${producer}, as its error says`);
  }
  return problems;
}
