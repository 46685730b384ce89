import { type Json, jsonTypeOf } from '../values/json.ts';

/** Name the type of a value with its article, for messages: `null`, `a list`. */
export function typeWords(value: Json): string {
  const type = jsonTypeOf(value);
  return type === 'null' ? 'null' : `a ${type}`;
}
