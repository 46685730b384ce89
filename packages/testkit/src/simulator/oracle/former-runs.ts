import type { Observations, RoleSeen } from '../agent/observations.ts';
import { nameOf, type Program, type ProgramRole } from '../program/program.ts';
import type { Given } from './fixpoint.ts';
import type { Timeline } from './timeline.ts';

/**
 * List what former runs of roles brought about and their last runs build on.
 *
 * An agent that starts again runs anew what had not ended well, and leaves the rest as it stands. So a value that a former run wrote is
 * there, although the last run has not come to it; and a role that ended in a former run keeps its end, although a role that comes before
 * it has been run again since, and may now wait. What made the former runs go on is judged by the reads of those.
 */
export function formerRuns(
  program: Program,
  { roles }: Observations,
  timeline: Timeline,
): Required<Pick<Given, 'started' | 'written'>> {
  const last = new Map(roles.map((run) => [nameOf(run.node, run.role), run]));
  const started = new Set<string>();
  const written: string[] = [];
  for (const { name: node, roles: own } of program.nodes) {
    for (const [index, role] of own.entries()) {
      const run = last.get(nameOf(node, role.name));
      if (run === undefined) continue;
      const before = [...own.slice(0, index).map(({ name }) => nameOf(node, name)), ...afterOf(role)];
      const isSuperseded = before.some((name) => isLater(last.get(name), run));
      if (isSuperseded && run.endedMs !== undefined && run.failedToStartMs === undefined)
        started.add(nameOf(node, role.name));
      const isLeft = isSuperseded && run.endedMs === undefined;
      for (const output of role.outputs.map((name) => nameOf(node, name))) {
        const isFormer = (incarnation: string): boolean => isLeft || incarnation !== String(run.incarnation);
        if (timeline.values(output).some(({ incarnation }) => isFormer(incarnation))) written.push(output);
      }
    }
  }
  return { started, written };
}

function afterOf({ after }: ProgramRole): string[] {
  return after.map((ref) => nameOf(ref.node, ref.role));
}

/** Whether a role was started again after a run of another one had ended, or was killed with its agent. */
function isLater(before: RoleSeen | undefined, run: RoleSeen): boolean {
  if (before === undefined) return false;
  return before.node === run.node ? before.run > run.run : before.startedMs > (run.endedMs ?? Infinity);
}
