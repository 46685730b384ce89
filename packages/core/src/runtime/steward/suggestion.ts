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
  const held = cycle.findIndex((edge) => isHeld(edge, roles));
  const output = cycle[held]?.output;
  const otherwise = output === undefined ? {} : { otherwise: earlyText(output) };
  return { ...(movedRole(cycle) ?? writtenFirst(cycle, held)), ...otherwise };
}

function isHeld({ producer, output }: CycleEdge, roles: ReadonlyMap<string, RoleRecord>): boolean {
  if (output === undefined) return false;
  const [, name] = splitName(output);
  return roles.get(`${producer.node}.${producer.role}`)?.held?.includes(name) === true;
}

function earlyText(output: string): string {
  return `or say "publish: early" at the output ${output}, which has only a default so far, if readers may have the default; then run heddle up: a changed file needs a new epoch`;
}

/** Where a role waits for the end of another one, what the deployment file says of their order can change. */
function movedRole(cycle: readonly CycleEdge[]): Suggestion | undefined {
  const turn = cycle.find(({ input, output }) => output === undefined && input === undefined);
  if (turn !== undefined) {
    return inPlan(`put role ${turn.role} before role ${turn.producer.role} in the roles of ${turn.node}`);
  }
  const after = cycle.find(({ output }) => output === undefined);
  if (after === undefined) return undefined;
  return inPlan(
    `role ${after.role} of ${after.node} need not run "after" ${after.producer.node}.${after.producer.role}: reading an output of it waits as well, and only where it is read`,
  );
}

/**
 * One of the roles can write before it reads.
 *
 * @param wanted  The edge whose producer that is; -1: the last one, whose producer's wait is judged.
 */
function writtenFirst(cycle: readonly CycleEdge[], wanted: number): Suggestion {
  const before = cycle.at(wanted);
  const first = cycle[(wanted + 1) % cycle.length];
  if (first === undefined || before?.output === undefined)
    return inRecipe('let one of these roles write before it reads');
  const place = first.source === undefined ? '' : ` (${first.source})`;
  return inRecipe(
    `let role ${first.role} of ${first.node} write ${before.output} before it reads ${first.input}${place}, or read ${first.input} later`,
  );
}

function inPlan(suggestion: string): Suggestion {
  return { suggestion, command: 'heddle up' };
}

function inRecipe(suggestion: string): Suggestion {
  return { suggestion, command: 'heddle up --resume' };
}
