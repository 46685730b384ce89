import { decodeRecord } from '@heddle/core';
import type { Program } from '../program/program.ts';
import type { World } from '../world/world.ts';

/** Milliseconds that an agent may be gone before the steward declares its node lost. */
const graceMs = 60_000;
/** Milliseconds that the steward may not know that an agent is back, when messages are quick: a write of which it got no answer. */
const newsMs = 5000;

/** Milliseconds that an agent may take to announce itself after whatever kept it away has passed. */
const backMs = 10_000;

/**
 * Say which nodes the steward declared lost although their agents were there, or had not been gone for the grace period.
 *
 * An agent that comes back after that period may cross with its verdict: it takes its node again, and that lifts the verdict. So what
 * counts is whether it was gone a moment before, and since when. A node that is lost already nobody has: a steward that got no answer to
 * its verdict makes it again.
 */
export function checkLost(program: Program, { truth, epoch, climateMs, disturbances }: World): string[] {
  const lateMs = newsMs + climateMs;
  return program.nodes.flatMap(({ name }) => {
    const taken = truth.history(epoch.keys.incarnation(name));
    const members = truth.history(epoch.keys.member(name));
    return taken.flatMap(({ atMs, value }, index) => {
      if (!isLost(value) || isLost(taken[index - 1]?.value)) return [];
      const known = members.findLast((change) => change.atMs <= atMs - lateMs);
      if (known?.value !== undefined) return [`${name} was declared lost although its agent was there`];
      const isKeptAway = disturbances.some((one) => one.fromMs <= atMs && one.untilMs >= atMs - lateMs - backMs);
      if (!isKeptAway) return [`${name} was declared lost although nothing kept its agent away`];
      const goneMs = atMs - Math.max(known?.atMs ?? 0, taken[index - 1]?.atMs ?? 0);
      return goneMs >= graceMs ? [] : [`${name} was declared lost after ${Math.round(goneMs)} ms`];
    });
  });
}

function isLost(incarnation: Uint8Array | undefined): boolean {
  return incarnation !== undefined && (decodeRecord(incarnation) as { isLost?: boolean }).isLost === true;
}
