import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { isNothing } from './is-nothing.ts';
import { pythonJson } from './python-text.ts';
import { listOf, refusal } from './refusal.ts';

/** Join the items of lists: `[delimiter, list, list, ...]`. Null is empty text, maps and lists become JSON, numbers are refused as in Heat. */
export function listJoin(argument: Json): string {
  const [delimiter = null, ...lists] = listOf('list_join', argument);
  const items = lists.flatMap(itemsOf);
  if (typeof delimiter !== 'string') throw refusal('list_join', `the delimiter is ${typeWords(delimiter)}, not text`);
  return items.join(delimiter);
}

function itemsOf(list: Json): readonly string[] {
  if (isNothing(list)) return [];
  if (!Array.isArray(list)) throw refusal('list_join', `it takes lists, not ${typeWords(list)}`);
  return list.map((item: Json) => {
    if (item === null) return '';
    if (typeof item === 'string') return item;
    if (typeof item === 'object') return pythonJson(item);
    throw refusal(
      'list_join',
      `an item is ${typeWords(item)}: it joins text, lists and maps; str_replace takes numbers too`,
    );
  });
}
