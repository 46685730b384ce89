import { HeddleError } from '../../errors/heddle-error.ts';
import { joinWords } from '../../text/did-you-mean.ts';
import { typeWords } from '../../text/type-words.ts';
import { isMap, type Json } from '../../values/json.ts';
import { byCodePoint, pythonText } from './python-text.ts';

export interface StrReplaceOptions {
  readonly name: string;
  /** Fail for a placeholder that the text lacks. */
  readonly isStrict: boolean;
}

/**
 * Put values in place of placeholders: `[template, params]`.
 *
 * Longer placeholders go first, equally long ones by code point; what has been put in is not searched again.
 */
export function strReplace([template, params]: readonly Json[], { name, isStrict }: StrReplaceOptions): string {
  if (typeof template !== 'string') throw wrong(name, `the template is ${typeWords(template ?? null)}, not text`);
  if (!isMap(params)) throw wrong(name, `the params are ${typeWords(params ?? null)}, not a map`);
  const placeholders = Object.keys(params).sort((a, b) => [...b].length - [...a].length || byCodePoint(a, b));
  if (placeholders.includes('')) throw wrong(name, 'a placeholder is empty');
  const unused = new Set(placeholders);
  const replaced = (text: string, [placeholder, ...others]: readonly string[]): string => {
    if (placeholder === undefined) return text;
    const parts = text.split(placeholder);
    if (parts.length > 1) unused.delete(placeholder);
    return parts.map((part) => replaced(part, others)).join(pythonText(params[placeholder] ?? null));
  };
  const text = replaced(template, placeholders);
  if (isStrict && unused.size > 0) throw wrong(name, `the template has no ${joinWords([...unused], 'or')} in it`);
  return text;
}

function wrong(name: string, why: string): HeddleError {
  return new HeddleError('wrong-type', `${name}: ${why}`, { details: { function: name } });
}
