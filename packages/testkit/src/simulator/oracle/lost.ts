import { decodeRecord } from '@heddle/core';
import type { Program } from '../program/program.ts';
import type { World } from '../world/world.ts';

/** Milliseconds that an agent may be gone before the steward declares its node lost. */
const graceMs = 60_000;

/** Say which nodes the steward declared lost although their agents were there, or had not been gone for the grace period. */
export function checkLost(program: Program, { truth, epoch }: World): string[] {
  return program.nodes.flatMap(({ name }) => {
    const taken = truth.history(epoch.keys.incarnation(name));
    return taken.flatMap(({ atMs, version, value }, index) => {
      if (value === undefined || (decodeRecord(value) as { isLost?: boolean }).isLost !== true) return [];
      const member = truth.changeAt(epoch.keys.member(name), version);
      if (member?.value !== undefined) return [`${name} was declared lost although its agent was there`];
      const goneMs = atMs - Math.max(member?.atMs ?? 0, taken[index - 1]?.atMs ?? 0);
      return goneMs >= graceMs ? [] : [`${name} was declared lost after ${Math.round(goneMs)} ms`];
    });
  });
}
