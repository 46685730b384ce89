import { memberName } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { formatPath } from '../paths/attribute-path.ts';
import type { PlanInput, PlanRole } from '../plan/plan.ts';
import type { WaitRecord } from '../records/wait-record.ts';

/** What a wait needs, `NODE.OUTPUT` or for a role that runs after others `NODE.ROLE`, and the role that has to do it. */
export interface Wanted {
  readonly for: string;
  readonly producer: string;
}

/** Several of which so many have to be there. */
export interface WaitPart {
  readonly wants: readonly Wanted[];
  readonly needed: number;
}

const afterInput = 'after';

/** True for the wait of a role that has not started, for the roles that it runs after. */
export function isAfterWait(wait: Pick<WaitRecord, 'input' | 'missing' | 'producers'>): boolean {
  return wait.input === afterInput && wait.missing.every((name, index) => name === wait.producers[index]);
}

/** List what a wait began with: each output that is needed by itself, and each gather with all its members, which its record need not name. */
export function partsOf(wait: WaitRecord): readonly WaitPart[] {
  const alone = wait.missing.slice(0, wait.missingAlone).flatMap((name, index): WaitPart[] => {
    const producer = wait.producers[index];
    return producer === undefined ? [] : [{ wants: [{ for: name, producer }], needed: 1 }];
  });
  const gathered = (wait.gathers ?? []).map(({ group, output, role, count, needed }): WaitPart => {
    const members = Array.from({ length: count }, (_, index) => memberName(group, index));
    return {
      wants: members.map((member) => ({ for: `${member}.${output}`, producer: `${member}.${role}` })),
      needed,
    };
  });
  return [...alone, ...gathered];
}

/** List the outputs, `NODE.OUTPUT`, that an input of a role is made of; all members of a gather. */
export function outputsOf({ expression }: PlanInput): readonly string[] {
  return references(expression).flatMap((need) => {
    if (need.kind === 'output') return [`${need.node}.${need.output}`];
    return Array.from({ length: need.count }, (_, index) => `${memberName(need.group, index)}.${need.output}`);
  });
}

/** Tell whether a question is about an input, `NODE:INPUT`, of a node. */
export function isAbout(text: string, node: string, input: PlanInput): boolean {
  return text.replace(/^([a-z0-9-]+)\[(\d+)\]:/, '$1-$2:') === `${node}:${formatPath(input.path)}`;
}

/** The outputs of a long expression that a record has no room for: the plan says which those are. */
export function unnamedOutputs(wait: WaitRecord, role: PlanRole | undefined): readonly string[] {
  if (wait.missingCount <= wait.missing.length || wait.gathers !== undefined) return [];
  const input = role?.inputs.find(({ path }) => formatPath(path) === wait.input);
  if (input === undefined) return [];
  const read = references(input.expression).flatMap((need) =>
    need.kind === 'output' ? [`${need.node}.${need.output}`] : [],
  );
  return read.filter((name) => !wait.missing.includes(name));
}
