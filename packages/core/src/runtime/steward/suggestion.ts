import { splitName } from '../../plan/names.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { CycleEdge, VerdictRecord } from '../../records/verdict-record.ts';

type Suggestion = Pick<VerdictRecord, 'suggestion' | 'command'>;

/**
 * Say what would break a cycle, for a person, and which command goes on then: the first of these that fits.
 *
 * @param roles  By `NODE.ROLE`.
 */
export function suggestionFor(cycle: readonly CycleEdge[], roles: ReadonlyMap<string, RoleRecord>): Suggestion {
  const held = cycle.find(({ producer, output }) => {
    if (output === undefined) return false;
    const [, name] = splitName(output);
    return roles.get(`${producer.node}.${producer.role}`)?.held?.includes(name) === true;
  });
  if (held !== undefined) {
    return inPlan(
      `${held.output} has only a default so far, which is held back: say "publish: early" at this output of role ${held.producer.role}, if readers may have the default`,
    );
  }
  const turn = cycle.find(({ input, output }) => output === undefined && input === undefined);
  if (turn !== undefined) {
    return inPlan(`put role ${turn.role} before role ${turn.producer.role} in the roles of ${turn.node}`);
  }
  const after = cycle.find(({ output }) => output === undefined);
  if (after !== undefined) {
    return inPlan(
      `role ${after.role} of ${after.node} need not run "after" ${after.producer.node}.${after.producer.role}: reading an output of it waits as well, and only where it is read`,
    );
  }
  const [first] = cycle;
  const before = cycle.at(-1);
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
