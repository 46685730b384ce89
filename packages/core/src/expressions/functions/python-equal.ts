import { isMap, type Json } from '../../values/json.ts';

/** True when Python's `==` holds, by which true is 1 and false is 0, at any depth. */
export function pythonEqual(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, at) => pythonEqual(item, b[at] as Json));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && pythonEqual(a[key] as Json, b[key] as Json));
  }
  return asNumber(a) === asNumber(b);
}

/** True when Python's `in` holds for a list. */
export function pythonIn(value: Json, list: readonly Json[]): boolean {
  return list.some((item) => pythonEqual(item, value));
}

function asNumber(value: Json): Json {
  return typeof value === 'boolean' ? Number(value) : value;
}
