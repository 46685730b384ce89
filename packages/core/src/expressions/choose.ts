import { HeddleError } from '../errors/heddle-error.ts';
import { joinWords } from '../text/did-you-mean.ts';
import type { Json } from '../values/json.ts';
import type { Expression } from './expression.ts';

/**
 * Put what is chosen in place of every choice, so that nothing else is waited for.
 *
 * @param staticValue  Gives a value that came with the machine.
 * @throws wrong-type when a value chooses nothing; whatever `staticValue` throws.
 */
export function choose(expression: Expression, staticValue: (id: string) => Json): Expression {
  const inner = (part: Expression): Expression => choose(part, staticValue);
  switch (expression.kind) {
    case 'choice':
      return inner(chosen(expression, staticValue(expression.by)));
    case 'call':
      return { ...expression, argument: inner(expression.argument) };
    case 'text':
      return { ...expression, parts: expression.parts.map(inner) };
    case 'list':
      return { ...expression, items: expression.items.map(inner) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, inner(value)]) };
    case 'constant':
    case 'reference':
    case 'local':
    case 'gather':
    case 'dir':
    case 'static':
      return expression;
  }
}

type Choice = Extract<Expression, { kind: 'choice' }>;

/** What a value chooses. @throws wrong-type; the message names what there is, not the value. */
export function chosen({ by, cases }: Choice, value: Json): Expression {
  const found = cases.find(([key]) => key === value);
  if (found !== undefined) return found[1];
  const names = cases.map(([key]) => String(key));
  throw new HeddleError('wrong-type', `the value ${by} of this machine is none of ${joinWords(names, 'or')}`, {
    details: { static: by },
  });
}
