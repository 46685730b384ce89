import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { isNothing } from './is-nothing.ts';
import { pythonIn } from './python-equal.ts';
import { listOf, refusal } from './refusal.ts';

/** Leave values out of a list: `[values, list]`. */
export function filter(argument: Json): Json {
  const [values = null, list = null, ...others] = listOf('filter', argument);
  if (others.length > 0) throw refusal('filter', 'it takes two arguments: [values, list]');
  if (isNothing(list)) return list;
  if (!Array.isArray(list)) throw refusal('filter', `it filters lists, not ${typeWords(list)}`);
  if (isNothing(values)) return list;
  if (!Array.isArray(values)) throw refusal('filter', `what it leaves out is ${typeWords(values)}, not a list`);
  return list.filter((item: Json) => !pythonIn(item, values));
}
