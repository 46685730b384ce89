import { suggest } from '../../text/did-you-mean.ts';
import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { listOf, mapOrNull, refusal } from './refusal.ts';

const name = 'map_replace';

/** Replace keys and values of a map: `[map, {keys: {old: new}, values: {old: new}}]`. Two keys that would become one are refused. */
export function mapReplace(argument: Json): Json {
  const [first, second, ...others] = listOf(name, argument);
  if (first === undefined || second === undefined || others.length > 0) {
    throw refusal(name, 'it takes two arguments: [map, {keys: ..., values: ...}]');
  }
  const map = mapOrNull(name, first, 'the map');
  const replacements = mapOrNull(name, second, 'the second argument');
  const known = ['keys', 'values'];
  const stray = Object.keys(replacements).find((key) => !known.includes(key));
  if (stray !== undefined)
    throw refusal(name, `the second argument has an unknown key${suggest(stray, known, 'it takes')}`);
  const keys = new Map(Object.entries(mapOrNull(name, replacements['keys'], '"keys"')));
  const values = new Map(Object.entries(mapOrNull(name, replacements['values'], '"values"')));
  const replaced = new Map<string, Json>();
  for (const [old, value] of Object.entries(map)) {
    const key = keyText(keys.get(old) ?? old);
    if (keys.get(old) != null && ((Object.hasOwn(map, key) && key !== old) || replaced.has(key))) {
      throw refusal(name, 'two keys of the map would become one');
    }
    const other = typeof value === 'string' ? values.get(value) : undefined;
    replaced.set(key, other === undefined ? value : other);
  }
  return Object.fromEntries(replaced);
}

/** Numbers and booleans become text, as in the JSON that a map with such keys ends in. */
function keyText(key: Json): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'boolean') return JSON.stringify(key);
  throw refusal(name, `a key cannot become ${typeWords(key)}`);
}
