import { joinWords } from '../../text/did-you-mean.ts';
import { typeWords } from '../../text/type-words.ts';
import { isMap, type Json } from '../../values/json.ts';
import { byCodePoint, pythonText } from './python-text.ts';
import { refusal } from './refusal.ts';

export interface StrReplaceOptions {
  readonly name: string;
  /** Fail for a placeholder that the text lacks. */
  readonly isStrict: boolean;
  /** Fail for a value that is null or empty. */
  readonly refusesEmpty: boolean;
}

/**
 * Put values in place of placeholders: `{template, params}`.
 *
 * Longer placeholders go first, equally long ones by code point; what has been put in is not searched again.
 */
export function strReplace(argument: Json, { name, isStrict, refusesEmpty }: StrReplaceOptions): string {
  const { template = null, params = null } = isMap(argument) ? argument : {};
  if (typeof template !== 'string') throw refusal(name, `the template is ${typeWords(template)}, not text`);
  if (!isMap(params)) throw refusal(name, `the params are ${typeWords(params)}, not a map`);
  const placeholders = Object.keys(params).sort((a, b) => [...b].length - [...a].length || byCodePoint(a, b));
  if (placeholders.includes('')) throw refusal(name, 'a placeholder is empty');
  const unused = new Set(placeholders);
  const values = new Map(placeholders.map((key) => [key, valueText(params[key] ?? null, key)]));
  const replaced = (text: string, [placeholder, ...others]: readonly string[]): string => {
    if (placeholder === undefined) return text;
    const parts = text.split(placeholder);
    if (parts.length > 1) unused.delete(placeholder);
    return parts.map((part) => replaced(part, others)).join(values.get(placeholder) ?? '');
  };
  const text = replaced(template, placeholders);
  if (isStrict && unused.size > 0) throw refusal(name, `the template has no ${joinWords([...unused], 'or')} in it`);
  return text;

  function valueText(value: Json, placeholder: string): string {
    const isEmpty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
    if (refusesEmpty && isEmpty) throw refusal(name, `the value of ${placeholder} is empty`);
    return pythonText(value);
  }
}
