import { splitName } from '../../plan/names.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { CycleEdge, VerdictRecord } from '../../records/verdict-record.ts';

type Suggestion = Pick<VerdictRecord, 'suggestion' | 'command' | 'otherwise'>;

/**
 * Say what would break a cycle, for a person, and which command goes on then: the first of these that fits. Where a default is held back,
 * that it may be had at once is the second thing to try: readers would take a value that the recipe may still replace.
 *
 * @param roles  By `NODE.ROLE`.
 */
export function suggestionFor(cycle: readonly CycleEdge[], roles: ReadonlyMap<string, RoleRecord>): Suggestion {
  // Where a role waits for the end of another one, what the deployment file says of their order can change.
  const turn = cycle.findIndex(({ input, output }) => output === undefined && input === undefined);
  const moved = turn >= 0 ? turn : cycle.findIndex(({ output }) => output === undefined);
  const held = cycle.findIndex((edge) => isHeld(edge, roles));
  const output = cycle[held]?.output;
  return {
    suggestion: cutAt(cycle, moved >= 0 ? moved : held) ?? 'let one of these roles write before it reads',
    command: moved >= 0 ? 'heddle up' : 'heddle up --resume',
    ...(output === undefined ? {} : { otherwise: earlyText(output) }),
  };
}

/** Say what else would break a cycle: what is suggested may be right in itself, and the mistake in another of its roles. */
export function otherCuts(cycle: readonly CycleEdge[], suggestion: string): readonly string[] {
  const cuts = cycle.flatMap((_, place) => cutAt(cycle, place) ?? []);
  return cuts.filter((cut) => cut !== suggestion).map((cut) => `or ${cut}`);
}

function isHeld({ producer, output }: CycleEdge, roles: ReadonlyMap<string, RoleRecord>): boolean {
  if (output === undefined) return false;
  const [, name] = splitName(output);
  return roles.get(`${producer.node}.${producer.role}`)?.held?.includes(name) === true;
}

function earlyText(output: string): string {
  return `or say "publish: early" at the output ${output}, which has only a default so far, if readers may have the default; then run heddle up: a changed file needs a new epoch`;
}

/**
 * Say what would cut a cycle at an edge; undefined where nothing does: its producer waits for its turn, which is an edge of its own.
 *
 * @param place  -1: the last edge, whose producer's wait is judged.
 */
function cutAt(cycle: readonly CycleEdge[], place: number): string | undefined {
  const edge = cycle.at(place);
  const next = cycle[(place + 1) % cycle.length];
  if (edge === undefined || next === undefined) return undefined;
  const { node, role, producer, output, input } = edge;
  if (output === undefined && input === undefined)
    return `put role ${role} before role ${producer.role} in the roles of ${node}`;
  if (output === undefined)
    return `role ${role} of ${node} need not run "after" ${producer.node}.${producer.role}: reading an output of it waits as well, and only where it is read`;
  if (next.output === undefined) return undefined;
  const source = next.source === undefined ? '' : ` (${next.source})`;
  return `let role ${next.role} of ${next.node} write ${output} before it reads ${next.input}${source}, or read ${next.input} later`;
}
