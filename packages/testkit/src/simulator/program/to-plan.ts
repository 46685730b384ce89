import type { Expression, Plan, PlanInput, PlanRole } from '@heddle/core';
import { fallback, type Program, type ProgramInput, type ProgramNeed, type ProgramRole } from './program.ts';

/** The deployment that a program is, as the plan says it: what each role reads and writes, not when. */
export function planOf(program: Program): Plan {
  const groups = new Map<string, number>();
  for (const { group } of program.nodes) if (group !== null) groups.set(group, (groups.get(group) ?? 0) + 1);
  return {
    heddlePlan: 1,
    deployment: 'sim',
    store: null,
    directory: '/',
    nodes: program.nodes.map(({ name, group, index, roles }) => ({ name, group, index, roles: roles.map(roleOf) })),
    groups: Object.fromEntries(groups),
    warnings: [],
  };
}

function roleOf(role: ProgramRole): PlanRole {
  return {
    name: role.name,
    adapter: 'command',
    options: { kind: 'constant', value: {} },
    inputs: role.inputs.map(inputOf),
    outputs: role.outputs.map((name) => ({ name, path: [name], sensitive: false, publish: 'settled' })),
    after: role.after,
    deadlineMs: role.afterDeadlineMs,
    concurrent: false,
  };
}

function inputOf({ name, shape, needs, deadlineMs, missing }: ProgramInput): PlanInput {
  const items = needs.map(expressionOf);
  const [first] = items;
  return {
    path: [name],
    expression: shape === 'whole' && first !== undefined ? first : { kind: 'list', items },
    deadlineMs,
    missing,
    ...(missing === 'default' ? { default: fallback } : {}),
    sensitive: false,
  };
}

function expressionOf(need: ProgramNeed): Expression {
  if (need.kind === 'output') return { kind: 'reference', node: need.node, output: need.output, segments: [] };
  const { group, count, output, as, atLeast } = need;
  return {
    kind: 'gather',
    group,
    count,
    output,
    segments: [],
    as,
    ...(atLeast === undefined ? {} : { atLeast }),
  };
}
