import { Fixpoint, nothingGiven } from '../oracle/fixpoint.ts';
import type { Program } from './program.ts';

/** Take the reads out of a program that would wait for one another, until every role that ends by itself ends. */
export function settleProgram(program: Program): Program {
  for (let settled = program; ; ) {
    const stuck = new Fixpoint(settled, { ...nothingGiven, hangsEnd: true }).stuck();
    const reads = new Set(
      stuck.flatMap(({ node, role, step }) => (step === undefined ? [] : [`${node}.${role}#${step}`])),
    );
    if (reads.size === 0) return settled;
    settled = {
      nodes: settled.nodes.map((node) => ({
        ...node,
        roles: node.roles.map((role) => ({
          ...role,
          steps: role.steps.filter((_, index) => !reads.has(`${node.name}.${role.name}#${index}`)),
        })),
      })),
    };
  }
}
