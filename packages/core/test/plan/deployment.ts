import { isHeddleError } from '../../src/errors/heddle-error.ts';
import { type CompileOptions, compile } from '../../src/plan/compile.ts';
import type { Plan, PlanInput, PlanNode, PlanRole } from '../../src/plan/plan.ts';

/** Join lines to a file; the first one is line 1. */
export function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}

/** A deployment whose nodes stand from line 4 on, one text a line. */
export function nodes(...text: readonly string[]): string {
  return lines('heddle: 1', 'deployment: shop', 'nodes:', ...text.map((line) => `  ${line}`));
}

export function compiled(text: string, options: Partial<CompileOptions> = {}): Plan {
  return compile(text, { file: 'heddle.yaml', directory: '/shop', ...options });
}

/** Compile what must be refused, and give its lines as a person sees them. */
export function faults(text: string, options: Partial<CompileOptions> = {}): readonly string[] {
  const error = refusal(text, options);
  return error.notes.length > 0 ? error.notes : [error.message];
}

export function refusal(text: string, options: Partial<CompileOptions> = {}) {
  try {
    compiled(text, options);
  } catch (thrown) {
    if (isHeddleError(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('this compiled, although it should not');
}

export function nodeOf(plan: Plan, name: string): PlanNode {
  const node = plan.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** A node's first role, or the role named. */
export function roleOf(plan: Plan, node: string, name?: string): PlanRole {
  const { roles } = nodeOf(plan, node);
  const found = name === undefined ? roles[0] : roles.find((role) => role.name === name);
  if (found === undefined) throw new Error(`no role ${name} on ${node}`);
  return found;
}

/** The inputs of a node's first role, or of the role named. */
export function inputsOf(plan: Plan, node: string, role?: string): readonly PlanInput[] {
  return roleOf(plan, node, role).inputs;
}
