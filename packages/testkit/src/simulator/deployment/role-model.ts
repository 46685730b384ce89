import { formatPath, type PlanNode, type PlanRole, references } from '@heddle/core';
import type { ProgramNode, ProgramRole, Step } from '../program/program.ts';

/** When a role writes its outputs: before it first reads, or at its end. */
export type OutputMoment = 'early' | 'late';

/** What is taken for granted of roles, whose programs are not run. */
export interface RoleModel {
  readonly outputs: OutputMoment;
  /** Milliseconds that a role works, without its waits. */
  readonly durationMs: (node: PlanNode, role: PlanRole) => number;
  /** Milliseconds of its own work after which a role fails; undefined: it does not. */
  readonly failsAfterMs: (node: PlanNode, role: PlanRole, durationMs: number) => number | undefined;
}

/** Say what every role of a node does: it works, and between equal parts of its work it reads one input after the other. */
export function modelNode(node: PlanNode, model: RoleModel): ProgramNode {
  const roles = node.roles.map((role): ProgramRole => {
    const durationMs = model.durationMs(node, role);
    const steps = stepsOf(role, durationMs, model.outputs);
    const failMs = model.failsAfterMs(node, role, durationMs);
    return {
      name: role.name,
      outputs: role.outputs.map(({ name }) => name),
      inputs: [],
      after: role.after,
      afterDeadlineMs: role.deadlineMs,
      steps: failMs === undefined ? steps : failing(steps, failMs),
    };
  });
  return { name: node.name, group: node.group, index: node.index, roles };
}

function stepsOf(role: PlanRole, durationMs: number, outputs: OutputMoment): readonly Step[] {
  // Whether the value of a constant comes sooner or later changes nothing.
  const reads = role.inputs
    .filter(({ expression }) => references(expression).length > 0)
    .map(({ path }): Step => ({ kind: 'read', input: formatPath(path), isRescued: false, isPlaced: false }));
  const work: Step = { kind: 'work', durationMs: durationMs / (reads.length + 1) };
  const isEarly = (publish: string) => outputs === 'early' && publish !== 'end';
  const writes = (early: boolean) =>
    role.outputs
      .filter(({ publish }) => isEarly(publish) === early)
      .map(({ name }): Step => ({ kind: 'write', output: name }));
  return [work, ...writes(true), ...reads.flatMap((read) => [read, work]), ...writes(false)];
}

/** The steps up to a moment of the work, where the role fails. */
function failing(steps: readonly Step[], failMs: number): readonly Step[] {
  const done: Step[] = [];
  let leftMs = failMs;
  for (const step of steps) {
    if (step.kind === 'work' && step.durationMs >= leftMs) {
      done.push({ kind: 'work', durationMs: leftMs });
      break;
    }
    if (step.kind === 'work') leftMs -= step.durationMs;
    done.push(step);
  }
  return [...done, { kind: 'fail', why: 'it is to fail in this simulation' }];
}
