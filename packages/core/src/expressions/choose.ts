import { HeddleError } from '../errors/heddle-error.ts';
import { joinWords } from '../text/did-you-mean.ts';
import type { Json } from '../values/json.ts';
import type { Expression } from './expression.ts';

/**
 * Put what is chosen in place of every choice, so that nothing else is waited for.
 *
 * @param staticValue  Gives a value that came with the machine.
 * @throws missing-value, wrong-type when a value chooses nothing; whatever `staticValue` throws.
 */
export function choose(expression: Expression, staticValue: (id: string) => Json): Expression {
  return inChoices(expression, (choice) => chosen(choice, staticValue(choice.by)));
}

/** Put what is expected in place of every choice of which that is known; where nothing would be there, a constant null. */
export function chooseExpected(expression: Expression): Expression {
  return inChoices(expression, (choice) => {
    const { cases, expected, absent } = choice;
    if (expected === undefined) return undefined;
    const found = cases.find(([key]) => key === expected)?.[1];
    return found ?? (absent === undefined ? undefined : { kind: 'constant', value: null });
  });
}

/** Replace choices, the outer before the inner; undefined: one stays. */
function inChoices(expression: Expression, replace: (choice: Choice) => Expression | undefined): Expression {
  const inner = (part: Expression): Expression => inChoices(part, replace);
  switch (expression.kind) {
    case 'choice': {
      const found = replace(expression);
      if (found !== undefined) return inner(found);
      return { ...expression, cases: expression.cases.map(([key, value]) => [key, inner(value)]) };
    }
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

/**
 * What a value chooses.
 *
 * @throws missing-value when what would be read then is not there; wrong-type, whose message names what there is, not the value.
 */
export function chosen({ by, cases, absent }: Choice, value: Json): Expression {
  const found = cases.find(([key]) => key === value);
  if (found !== undefined) return found[1];
  if (absent !== undefined) {
    const text = `${absent} is not there: Heat has not created it, as its condition does not hold`;
    throw new HeddleError('missing-value', text, { details: { reference: absent } });
  }
  const names = cases.map(([key]) => String(key));
  throw new HeddleError('wrong-type', `the value ${by} of this machine is none of ${joinWords(names, 'or')}`, {
    details: { static: by },
  });
}
