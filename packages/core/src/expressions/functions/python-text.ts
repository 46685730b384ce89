import { isMap, type Json } from '../../values/json.ts';

/** Write a value as Heat writes it into text: null is empty, true is `True`, lists and maps are JSON. */
export function pythonText(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumber(value);
  return pythonJson(value);
}

/** Write JSON as Python's `json.dumps(value, sort_keys=True)` does: blanks behind `,` and `:`, keys by code point, ASCII only. */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => pythonJson(item)).join(', ')}]`;
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return pythonNumber(value);
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return `{${entries.map(([key, item]) => `${quoted(key)}: ${pythonJson(item)}`).join(', ')}}`;
}

/**
 * Write a number as Python's `str` and `repr` do: with an exponent below 0.0001, and two digits in it.
 *
 * ASSUMES: whole numbers are integers; one from 1e16 on that was a float is written otherwise by Python.
 */
export function pythonNumber(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  if (value === 0 || Number(exponent) >= -4) return String(value);
  return `${digits}e-${exponent.slice(1).padStart(2, '0')}`;
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
