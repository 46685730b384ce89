import { typeWords } from '../../text/type-words.ts';
import { isMap, type Json } from '../../values/json.ts';
import { refusal } from './refusal.ts';

/** More items than this are a mistake in the template: a few lists multiply to more than a machine has memory for. */
const mostItems = 100_000;

/**
 * Copy a template for each item of lists (or each key of maps), with the item in place of its name:
 * `{template, for_each: {name: list}, permutations}`. Several lists give every combination; with `permutations: false` one copy
 * for each index.
 *
 * ASSUMES: no name of `for_each` is a whole number; JavaScript puts such names first.
 */
export function repeat(argument: Json): Json {
  if (!isMap(argument)) throw wrong(`it takes a map, not ${typeWords(argument)}`);
  const { template, for_each: forEach, permutations = true } = argument;
  if (template === undefined || !isMap(forEach ?? null)) throw wrong('it needs template and a map for_each');
  if (typeof permutations !== 'boolean') throw wrong('permutations is true or false');
  const names = Object.keys(forEach as object);
  if (names.length === 0) throw wrong('for_each is empty');
  const lists = Object.values(forEach as object).map((value: Json) => itemsOf(value, permutations));
  const rows = permutations ? product(lists) : parallel(lists);
  return rows.map((row) => replaced(template, names, row));
}

/** Null is an empty list: Heat validates with it. */
function itemsOf(value: Json, takesMaps: boolean): readonly Json[] | null {
  if (value === null) return null;
  if (Array.isArray(value)) return value;
  if (takesMaps && isMap(value)) return Object.keys(value);
  throw wrong(`for_each takes ${takesMaps ? 'lists and maps' : 'lists without permutations'}, not ${typeWords(value)}`);
}

function product(lists: readonly (readonly Json[] | null)[]): readonly (readonly Json[])[] {
  let rows: readonly (readonly Json[])[] = [[]];
  for (const list of lists) {
    const items = list ?? [];
    if (rows.length * items.length > mostItems) throw wrong(`it would make more than ${mostItems} items`);
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  }
  return rows;
}

function parallel(lists: readonly (readonly Json[] | null)[]): readonly (readonly Json[])[] {
  const given = lists.filter((list) => list !== null);
  const [first = []] = given;
  if (given.some(({ length }) => length !== first.length))
    throw wrong('without permutations the lists are equally long');
  if (given.length < lists.length) return [];
  return first.map((_, at) => given.map((list) => list[at] as Json));
}

function replaced(template: Json, names: readonly string[], row: readonly Json[]): Json {
  if (typeof template === 'string') return replacedText(template, names, row);
  if (Array.isArray(template)) return template.map((item: Json) => replaced(item, names, row));
  if (!isMap(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [replacedText(key, names, row), replaced(value, names, row)]),
  );
}

/** One name after the other: what an item puts in is searched for the names behind it. */
function replacedText(text: string, names: readonly string[], row: readonly Json[]): string {
  return names.reduce((current, name, at) => {
    const item = row[at] as Json;
    if (typeof item !== 'string') throw wrong(`an item is ${typeWords(item)}: only text can stand in text`);
    // By characters: an empty name stands between any two of them.
    return name === ''
      ? `${item}${[...current].map((char) => `${char}${item}`).join('')}`
      : current.split(name).join(item);
  }, text);
}

function wrong(why: string) {
  return refusal('repeat', why);
}
