import { isEnded } from '@heddle/core';
import { nameOf, type Program } from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Timeline } from './timeline.ts';

/**
 * Say which roles an agent that started again left as they stood, although they had ended otherwise than well, or had read a value that
 * was superseded by then.
 */
export function checkRerun(program: Program, { truth, epoch, seen }: World, timeline: Timeline): string[] {
  return seen.begun.flatMap(({ node, incarnation, atMs }) => {
    const taken = truth.history(epoch.keys.incarnation(node))[incarnation - 1];
    const roles = program.nodes.find(({ name }) => name === node)?.roles ?? [];
    return roles.flatMap((role) => {
      const name = nameOf(node, role.name);
      const last = timeline.records(name).findLast((record) => record.atMs <= atMs);
      if (taken === undefined || last === undefined || !isEnded(last.record.state) || last.version > taken.version)
        return [];
      if (last.record.state !== 'done')
        return [`${name} is ${last.record.state} still, although its agent has begun again`];
      return Object.entries(last.record.inputRevisions ?? {}).flatMap(([output, rev]) => {
        const now = timeline.values(output).findLast(({ version }) => version < taken.version);
        return now === undefined || now.rev === rev
          ? []
          : [
              `${name} stands although ${output}, which it read at the revision ${rev}, was superseded before its agent started`,
            ];
      });
    });
  });
}
