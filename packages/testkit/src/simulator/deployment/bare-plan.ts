import { type Expression, type Need, type Plan, type PlanInput, references } from '@heddle/core';

/** The output, or the same output of a group's members, without what is done with its value. */
function bareNeed(need: Need): Expression {
  if (need.kind === 'output') return { kind: 'reference', node: need.node, output: need.output, segments: [] };
  return { ...need, segments: [] };
}

function bareInput(input: PlanInput): PlanInput {
  const needs = references(input.expression).map(bareNeed);
  const [first] = needs;
  const expression: Expression =
    first === undefined
      ? { kind: 'constant', value: null }
      : needs.length === 1
        ? first
        : { kind: 'list', items: needs };
  return { ...input, expression };
}

/**
 * Leave of a plan who needs what of whom, and how long they wait for it: the values themselves are not simulated, so nothing is done with them.
 *
 * What a role looks up by itself (Ansible's `hostvars`) is in no plan, and left out, too.
 */
export function barePlan(plan: Plan): Plan {
  const { storePosition: _storePosition, template: _template, ...rest } = plan;
  return {
    ...rest,
    store: null,
    nodes: plan.nodes.map((node) => ({
      ...node,
      roles: node.roles.map(({ readsPeers: _readsPeers, toldOptions: _toldOptions, ...role }) => ({
        ...role,
        options: { kind: 'constant', value: null },
        inputs: role.inputs.map(bareInput),
      })),
    })),
  };
}
