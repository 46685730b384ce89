import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { pythonIn } from './python-equal.ts';
import { listOf, refusal } from './refusal.ts';

export interface ListConcatOptions {
  readonly name: string;
  /** Keep the first of items that are equal. */
  readonly isUnique: boolean;
}

/** Put lists one behind the other; null is an empty list. */
export function listConcat(argument: Json, { name, isUnique }: ListConcatOptions): Json {
  const items = listOf(name, argument).flatMap((list): readonly Json[] => {
    if (list === null) return [];
    if (Array.isArray(list)) return list;
    throw refusal(name, `an item is ${typeWords(list)}, not a list`);
  });
  if (!isUnique) return items;
  const unique: Json[] = [];
  for (const item of items) if (!pythonIn(item, unique)) unique.push(item);
  return unique;
}
