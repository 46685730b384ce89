import type { RoleRecord } from '../../records/role-record.ts';
import type { CycleEdge } from '../../records/verdict-record.ts';

/**
 * Say what would break a cycle, for a person: the first of these that fits.
 *
 * @param roles  By `NODE.ROLE`.
 */
export function suggestionFor(cycle: readonly CycleEdge[], roles: ReadonlyMap<string, RoleRecord>): string {
  const held = cycle.find(({ producer, output }) => {
    const name = output?.slice(output.indexOf('.') + 1);
    return name !== undefined && roles.get(`${producer.node}.${producer.role}`)?.held?.includes(name) === true;
  });
  if (held !== undefined) {
    return `${held.output} has only a default so far, which is held back: say "publish: early" at this output of role ${held.producer.role}, if readers may have the default`;
  }
  const turn = cycle.find(({ input, output }) => output === undefined && input === undefined);
  if (turn !== undefined) {
    return `put role ${turn.role} before role ${turn.producer.role} in the roles of ${turn.node}`;
  }
  const after = cycle.find(({ output }) => output === undefined);
  if (after !== undefined) {
    return `role ${after.role} of ${after.node} need not run "after" ${after.producer.node}.${after.producer.role}: reading an output of it waits as well, and only where it is read`;
  }
  const [first] = cycle;
  const before = cycle.at(-1);
  if (first === undefined || before?.output === undefined) return 'let one of these roles write before it reads';
  const place = first.source === undefined ? '' : ` (${first.source})`;
  return `let role ${first.role} of ${first.node} write ${before.output} before it reads ${first.input}${place}, or read ${first.input} later`;
}
