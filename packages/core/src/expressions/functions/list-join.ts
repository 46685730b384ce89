import { HeddleError } from '../../errors/heddle-error.ts';
import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { pythonJson } from './python-text.ts';

/** Join the items of lists: `[delimiter, list, list, ...]`. Null is empty text (or no list), maps and lists become JSON, numbers are refused as in Heat. */
export function listJoin([delimiter, ...lists]: readonly Json[]): string {
  if (typeof delimiter !== 'string') {
    throw wrong(`the delimiter is ${typeWords(delimiter ?? null)}, not text`);
  }
  return lists.flatMap(itemsOf).join(delimiter);
}

function itemsOf(list: Json): readonly string[] {
  if (list === null || list === '') return [];
  if (!Array.isArray(list)) throw wrong(`it takes lists, not ${typeWords(list)}`);
  return list.map((item: Json) => {
    if (item === null) return '';
    if (typeof item === 'string') return item;
    if (typeof item === 'object') return pythonJson(item);
    throw wrong(`an item is ${typeWords(item)}: it joins text, lists and maps; str_replace takes numbers too`);
  });
}

function wrong(why: string): HeddleError {
  return new HeddleError('wrong-type', `list_join: ${why}`, { details: { function: 'list_join' } });
}
