import type { Program, ProgramInput, ProgramNeed, ProgramRole, Step } from './program.ts';

/** Write a program down for people, one role a line. */
export function describeProgram(program: Program): string {
  return program.nodes
    .flatMap(({ name, roles }) => roles.map((role) => `${name}.${role.name}: ${roleText(role)}`))
    .join('\n');
}

function roleText(role: ProgramRole): string {
  const after =
    role.after.length === 0 ? [] : [`after ${role.after.map((ref) => `${ref.node}.${ref.role}`).join(' ')}`];
  return [...after, ...role.steps.map((step) => stepText(step, role))].join(', ') || 'nothing';
}

function stepText(step: Step, role: ProgramRole): string {
  if (step.kind === 'work') return `${step.durationMs} ms`;
  if (step.kind === 'write') return `write ${step.output}`;
  if (step.kind !== 'read') return step.kind;
  const input = role.inputs.find(({ name }) => name === step.input);
  return `read ${step.input}${input === undefined ? '' : inputText(input)}${step.isRescued ? ' or go on' : ''}`;
}

function inputText({ needs, missing, deadlineMs }: ProgramInput): string {
  const policy = missing === 'wait' ? '' : ` ${missing}`;
  return ` = ${needs.map(needText).join(' + ')}${policy} (${deadlineMs / 60_000} min)`;
}

function needText(need: ProgramNeed): string {
  if (need.kind === 'output') return `${need.node}.${need.output}`;
  const least = need.atLeast === undefined ? '' : ` at least ${need.atLeast}`;
  return `${need.group}[*].${need.output}${least}`;
}
