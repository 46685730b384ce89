import type { Expression } from '../expressions/expression.ts';
import type { DeclaredInput, DeclaredRole } from './model.ts';
import type { PlanInput, SourcePosition } from './plan.ts';
import { resolveTemplate } from './resolve.ts';
import type { Scope } from './scope.ts';

/** Who reads: a scope without what it is for. */
type Place = Omit<Scope, 'use' | 'onSensitive'>;

/** Look up the adapter's options for one member. */
export function compileOptions(place: Place): Expression {
  return resolveTemplate(place.role.options, { ...place, use: 'options' });
}

/** Look up all inputs of a role for one member. */
export function compileInputs(place: Place, lineOf: (at: DeclaredRole['at']) => SourcePosition): readonly PlanInput[] {
  return place.role.inputs.map((input) => compileInput(input, place, lineOf(input.at)));
}

function compileInput(input: DeclaredInput, place: Place, position: SourcePosition): PlanInput {
  let sensitive = false;
  const onSensitive = (): void => {
    sensitive = true;
  };
  const expression = resolveTemplate(input.value, { ...place, use: 'input', onSensitive });
  const { path, deadlineMs, missing } = input;
  const compiled = { path, expression, deadlineMs, missing, sensitive, position };
  if (input.default === undefined) return compiled;
  const fallback = resolveTemplate(input.default, { ...place, use: 'default' });
  return { ...compiled, default: fallback.kind === 'constant' ? fallback.value : null };
}
