import { isMap, type Json } from '../../values/json.ts';

/**
 * Write a value as Heat writes it into text: null is empty, true is `True`, lists and maps are JSON.
 *
 * ASSUMES: a number is written alike by Python and JavaScript; they differ for whole numbers from 1e16 on that were floats.
 */
export function pythonText(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return pythonJson(value);
}

/** Write JSON as Python's `json.dumps(value, sort_keys=True)` does: blanks behind `,` and `:`, keys by code point, ASCII only. */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => pythonJson(item)).join(', ')}]`;
  if (!isMap(value)) return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return `{${entries.map(([key, item]) => `${quoted(key)}: ${pythonJson(item)}`).join(', ')}}`;
}

/** Compare texts by code point, as Python does; JavaScript's own order puts emoji before U+E000. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [at, char] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (char !== other) return (char.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
