import { chooseExpected } from '../expressions/choose.ts';
import type { Plan } from './plan.ts';

/** Give a plan as it is where each choice falls as expected: for who looks ahead, and never for what is run. */
export function expectedPlan(plan: Plan): Plan {
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({
      ...node,
      roles: node.roles.map((role) => ({
        ...role,
        inputs: role.inputs.map((input) => ({ ...input, expression: chooseExpected(input.expression) })),
      })),
    })),
  };
}
