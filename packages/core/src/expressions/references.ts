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

/** Walk an expression down to what holds no other expression. */
export function* leaves(expression: Expression): Generator<Expression> {
  if (expression.kind === 'text') for (const part of expression.parts) yield* leaves(part);
  else if (expression.kind === 'list') for (const item of expression.items) yield* leaves(item);
  else if (expression.kind === 'map') for (const [, value] of expression.entries) yield* leaves(value);
  else if (expression.kind === 'call') yield* leaves(expression.argument);
  else if (expression.kind === 'choice') {
    yield { kind: 'static', id: expression.by };
    for (const [, value] of expression.cases) yield* leaves(value);
  } else yield expression;
}
