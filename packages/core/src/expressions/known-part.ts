import type { Json } from '../values/json.ts';
import type { Expression } from './expression.ts';

/**
 * Compute what the plan alone knows of an adapter's options: entries of maps that depend on the machine (`${self.dir}`) are left out.
 *
 * @returns undefined when all of it depends on the machine.
 */
export function knownPart(expression: Expression): Json | undefined {
  if (expression.kind === 'constant') return expression.value;
  // The compiler has made a constant of every text and list that holds no such value.
  if (expression.kind !== 'map') return undefined;
  return Object.fromEntries(
    expression.entries.flatMap(([key, inner]): [string, Json][] => {
      const value = knownPart(inner);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
