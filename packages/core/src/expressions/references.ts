import type { Expression, OutputRef } from './expression.ts';

/** One output that must be there. */
export interface OutputNeed extends OutputRef {
  readonly kind: 'output';
}

/** The same output of all members of a group, or of `atLeast` of them. */
export type GatherNeed = Extract<Expression, { kind: 'gather' }>;

/** What must be there before an expression can be evaluated. */
export type Need = OutputNeed | GatherNeed;

/** List the outputs and gathers that an expression reads, each once, in the order of the text. */
export function references(expression: Expression): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const leaf of leaves(expression)) {
    if (leaf.kind === 'reference') {
      needs.set(`${leaf.node}.${leaf.output}`, { kind: 'output', node: leaf.node, output: leaf.output });
    } else if (leaf.kind === 'gather') {
      const id = `${leaf.group}[*].${leaf.output} ${leaf.atLeast ?? ''}`;
      if (!needs.has(id)) needs.set(id, leaf);
    }
  }
  return [...needs.values()];
}

/** List the outputs of the reader's own role that an expression reads: from the local level, never waited for. */
export function localOutputs(expression: Expression): readonly string[] {
  const outputs = new Set<string>();
  for (const leaf of leaves(expression)) if (leaf.kind === 'local') outputs.add(leaf.output);
  return [...outputs];
}

/** List the ids of the values of the machine's user data that an expression reads. */
export function staticIds(expression: Expression): readonly string[] {
  const ids = new Set<string>();
  for (const leaf of leaves(expression)) if (leaf.kind === 'static') ids.add(leaf.id);
  return [...ids];
}

/** List the parts of an expression that hold no other expression. */
export function leaves(expression: Expression): readonly Expression[] {
  const found: Expression[] = [];
  collectLeaves(expression, found);
  return found;
}

function collectLeaves(expression: Expression, into: Expression[]): void {
  if (expression.kind === 'text') for (const part of expression.parts) collectLeaves(part, into);
  else if (expression.kind === 'list') for (const item of expression.items) collectLeaves(item, into);
  else if (expression.kind === 'map') for (const [, value] of expression.entries) collectLeaves(value, into);
  else if (expression.kind === 'call') collectLeaves(expression.argument, into);
  else if (expression.kind === 'choice') {
    into.push({ kind: 'static', id: expression.by });
    for (const [, value] of expression.cases) collectLeaves(value, into);
  } else into.push(expression);
}
