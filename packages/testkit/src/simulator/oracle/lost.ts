import { decodeRecord, type Key } from '@heddle/core';
import type { Program } from '../program/program.ts';
import type { World } from '../world/world.ts';

/** Milliseconds that an agent may be gone before the steward declares its node lost. */
const graceMs = 60_000;
/** Milliseconds that the steward may not know that an agent is back, when messages are quick: a write of which it got no answer. */
const newsMs = 5000;

/**
 * Say which nodes the steward declared lost although their agents were there, or had not been gone for the grace period.
 *
 * An agent that comes back after that period may cross with its verdict: it takes its node again, and that lifts the verdict.
 */
export function checkLost(program: Program, world: World): string[] {
  const { truth, epoch, climateMs } = world;
  return program.nodes.flatMap(({ name }) => {
    const taken = truth.history(epoch.keys.incarnation(name));
    return taken.flatMap(({ atMs, version, value }, index) => {
      if (value === undefined || (decodeRecord(value) as { isLost?: boolean }).isLost !== true) return [];
      const absence = lastAbsence(world, epoch.keys.member(name), version, taken[index - 1]?.atMs ?? 0);
      const backMs = atMs - (absence.untilMs ?? atMs);
      if (backMs > newsMs + climateMs)
        return [`${name} was declared lost ${Math.round(backMs)} ms after its agent was back`];
      const goneMs = atMs - absence.fromMs;
      return goneMs >= graceMs ? [] : [`${name} was declared lost after ${Math.round(goneMs)} ms`];
    });
  });
}

/** When an agent was gone last before a version; one that was never there is gone since it took its node. */
function lastAbsence({ truth }: World, member: Key, version: number, takenMs: number) {
  const changes = truth.history(member).filter((change) => change.version < version);
  const last = changes.at(-1);
  const untilMs = last?.value === undefined ? undefined : last.atMs;
  const before = untilMs === undefined ? last : changes.at(-2);
  return { fromMs: Math.max(takenMs, before?.value === undefined ? (before?.atMs ?? 0) : 0), untilMs };
}
