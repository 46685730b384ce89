import { isMap, type Json } from '../../values/json.ts';
import { pythonNumber } from './python-text.ts';

/**
 * Write a value as Python's `repr` does: `['a', {'b': None}]`.
 *
 * ASSUMES: no character is newer than Python's Unicode; Python escapes those.
 */
export function pythonRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'string') return quoted(value);
  if (!isMap(value)) return `[${value.map((item: Json) => pythonRepr(item)).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** In single quotes, unless the text has some and no double ones. What does not print is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((char) => {
    if (char === quote) return `\\${quote}`;
    return escapes[char] ?? (char !== ' ' && /[\p{C}\p{Z}]/u.test(char) ? escaped(char) : char);
  });
  return `${quote}${body.join('')}${quote}`;
}

function escaped(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
