import type { RoleRef } from '@heddle/core';

export interface ReadStep {
  readonly kind: 'read';
  readonly input: string;
  /** True: the role goes on after an error. */
  readonly isRescued: boolean;
  /** False: it names no place in a recipe. @default true */
  readonly isPlaced?: boolean;
}

/** What a role does next. */
export type Step =
  | { readonly kind: 'work'; readonly durationMs: number }
  | { readonly kind: 'write'; readonly output: string }
  | ReadStep
  /** `why`: the end of its message. @default its program says so */
  | { readonly kind: 'fail'; readonly why?: string }
  /** The role never ends. */
  | { readonly kind: 'hang' };

/** An output, or the same output of the members of a group. */
export type ProgramNeed =
  | { readonly kind: 'output'; readonly node: string; readonly output: string }
  | {
      readonly kind: 'gather';
      readonly group: string;
      readonly count: number;
      readonly output: string;
      readonly as: 'list' | 'map';
      readonly atLeast?: number;
    };

/** An input: the value of its one need, or a list of the values of all. */
export interface ProgramInput {
  readonly name: string;
  readonly shape: 'whole' | 'list';
  readonly needs: readonly ProgramNeed[];
  readonly deadlineMs: number;
  /** With `default` the value is the text `default`. */
  readonly missing: 'wait' | 'fail' | 'default';
}

export interface ProgramRole {
  readonly name: string;
  readonly outputs: readonly string[];
  readonly inputs: readonly ProgramInput[];
  readonly after: readonly RoleRef[];
  readonly afterDeadlineMs: number;
  readonly steps: readonly Step[];
}

export interface ProgramNode {
  readonly name: string;
  readonly group: string | null;
  readonly index: number;
  readonly roles: readonly ProgramRole[];
}

/** What all roles of a deployment do: known to the simulator and to the oracle, not to the core. */
export interface Program {
  readonly nodes: readonly ProgramNode[];
}

/** The value that an input with `missing: default` falls back to. */
export const fallback = 'default';

/** Name an output, or a role: `NODE.NAME`. */
export function nameOf(node: string, name: string): string {
  return `${node}.${name}`;
}

/** The role of a program by its name. */
export function roleOf(program: Program, node: string, role: string): ProgramRole {
  const found = program.nodes.find(({ name }) => name === node)?.roles.find(({ name }) => name === role);
  if (found === undefined) throw new Error(`the program has no role ${role} of ${node}`);
  return found;
}

/** The outputs that a need speaks of. */
export function outputsOf(need: ProgramNeed): readonly string[] {
  if (need.kind === 'output') return [nameOf(need.node, need.output)];
  return Array.from({ length: need.count }, (_, index) => nameOf(`${need.group}-${index}`, need.output));
}
