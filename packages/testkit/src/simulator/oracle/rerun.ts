import { decodeRecord } from '@heddle/core';
import { nameOf, type Program } from '../program/program.ts';
import type { World } from '../world/world.ts';
import type { Timeline } from './timeline.ts';

/** Say which roles an agent that started left as they stood, although a value that they had read had been superseded by then. */
export function checkRerun(program: Program, { truth, epoch }: World, timeline: Timeline): string[] {
  return program.nodes.flatMap(({ name: node, roles }) => {
    const started = truth
      .history(epoch.keys.incarnation(node))
      .findLast(({ value }) => value !== undefined && !isLost(value));
    if (started === undefined) return [];
    return roles.flatMap((role) => {
      const name = nameOf(node, role.name);
      const last = timeline.records(name).at(-1);
      if (last === undefined || last.record.state !== 'done' || last.version > started.version) return [];
      return Object.entries(last.record.inputRevisions ?? {}).flatMap(([output, rev]) => {
        const now = timeline.values(output).findLast(({ version }) => version < started.version);
        return now === undefined || now.rev === rev
          ? []
          : [
              `${name} read ${output} at the revision ${rev}, which was superseded before its agent started: it was not run again`,
            ];
      });
    });
  });
}

function isLost(value: Uint8Array): boolean {
  return (decodeRecord(value) as { isLost?: boolean }).isLost === true;
}
