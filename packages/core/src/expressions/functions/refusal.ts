import { HeddleError } from '../../errors/heddle-error.ts';
import { typeWords } from '../../text/type-words.ts';
import { isMap, type Json } from '../../values/json.ts';

/** Make the error of a function that does not take what it got. The text must hold no value: it may be secret. */
export function refusal(name: string, why: string): HeddleError {
  return new HeddleError('wrong-type', `${name}: ${why}`, { details: { function: name } });
}

/** The arguments of a function that takes a list. @throws wrong-type */
export function listOf(name: string, argument: Json): readonly Json[] {
  if (Array.isArray(argument)) return argument;
  throw refusal(name, `it takes a list, not ${typeWords(argument)}`);
}

/** A map, or null for an empty one. @throws wrong-type */
export function mapOrNull(name: string, value: Json | undefined, what: string): { readonly [key: string]: Json } {
  if (value === null || value === undefined) return {};
  if (isMap(value)) return value;
  throw refusal(name, `${what} is ${typeWords(value)}, not a map`);
}
