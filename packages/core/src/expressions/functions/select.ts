import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import type { Segments } from '../expression.ts';
import { listOf, refusal } from './refusal.ts';

/**
 * A value, and the segments into it.
 *
 * Digits are an index where the value is a list: a parameter of Heat is often text. A number below 0 counts from the end of a list, as in Heat.
 */
export function selection(argument: Json): { readonly value: Json; readonly segments: Segments } {
  const [value = null, ...rest] = listOf('select', argument);
  let current: Json | undefined = value;
  const segments = rest.map((segment) => {
    if (typeof segment !== 'string' && typeof segment !== 'number') {
      throw refusal('select', `a segment is text or a number, not ${typeWords(segment)}`);
    }
    const at: string | number =
      typeof segment === 'number' && segment < 0 && Array.isArray(current) ? current.length + segment : segment;
    const isIndex: boolean = Array.isArray(current) && /^\d+$/.test(String(at));
    const step: string | number = isIndex ? Number(at) : String(segment);
    current = (current as { readonly [key: string | number]: Json } | null | undefined)?.[step];
    return step;
  });
  return { value, segments };
}
