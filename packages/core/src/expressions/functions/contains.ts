import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { pythonIn } from './python-equal.ts';
import { listOf, refusal } from './refusal.ts';

/** Tell whether a list has a value, or a text has a text in it: `[value, sequence]`. */
export function contains(argument: Json): boolean {
  const [value = null, sequence = null, ...others] = listOf('contains', argument);
  if (others.length > 0) throw refusal('contains', 'it takes two arguments: [value, sequence]');
  if (Array.isArray(sequence)) return pythonIn(value, sequence);
  if (typeof sequence !== 'string') {
    throw refusal('contains', `the second argument is ${typeWords(sequence)}: it looks into lists and text`);
  }
  if (typeof value === 'string') return sequence.includes(value);
  throw refusal('contains', `text holds only text, not ${typeWords(value)}`);
}
