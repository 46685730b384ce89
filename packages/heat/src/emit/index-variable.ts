import type { Expression, Json, PlanInput, PlanRole } from '@heddle/core';

/**
 * Put the index of a member in place of a group's index variable, in every text of a role that stands in the template; keys stay, as Heat
 * leaves them.
 */
export function withIndex(role: PlanRole, variable: string, index: number): PlanRole {
  const inText = (value: Json): Json => {
    if (typeof value === 'string') return value.replaceAll(variable, String(index));
    if (Array.isArray(value)) return value.map(inText);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inText(item)]));
  };
  return {
    ...role,
    options: inConstants(role.options, inText),
    inputs: role.inputs.map(
      (input): PlanInput => ({
        ...input,
        expression: inConstants(input.expression, inText),
        ...(input.default === undefined ? {} : { default: inText(input.default) }),
      }),
    ),
  };
}

function inConstants(expression: Expression, change: (value: Json) => Json): Expression {
  const inside = (part: Expression): Expression => inConstants(part, change);
  switch (expression.kind) {
    case 'constant':
      return { ...expression, value: change(expression.value) };
    case 'text':
      return { ...expression, parts: expression.parts.map(inside) };
    case 'list':
      return { ...expression, items: expression.items.map(inside) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, inside(value)]) };
    case 'call':
      return { ...expression, argument: inside(expression.argument) };
    case 'choice':
      return { ...expression, cases: expression.cases.map(([value, item]) => [value, inside(item)]) };
    case 'reference':
    case 'local':
    case 'gather':
      return { ...expression, segments: expression.segments.map((segment) => change(segment) as typeof segment) };
    case 'dir':
    case 'static':
      return expression;
  }
}
