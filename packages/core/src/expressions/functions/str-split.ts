import { typeWords } from '../../text/type-words.ts';
import type { Json } from '../../values/json.ts';
import { listOf, refusal } from './refusal.ts';

/** Blanks of Python that are none of JavaScript. */
const otherBlanks = '\x1c\x1d\x1e\x1f\x85';

/** Split a text: `[delimiter, text]` gives the list, `[delimiter, text, index]` one item, from the end when negative. Null stays null. */
export function strSplit(argument: Json): Json {
  const [delimiter, text, index] = listOf('str_split', argument);
  if (delimiter === undefined || text === undefined) {
    throw refusal('str_split', 'it takes two or three arguments: [delimiter, text, index]');
  }
  if (text === null) return null;
  if (typeof text !== 'string') throw refusal('str_split', `it splits text, not ${typeWords(text)}`);
  const parts = split(text, delimiter);
  if (index === undefined) return parts;
  const at = whole(index);
  const part = parts.at(at);
  if (at < -parts.length || part === undefined) {
    throw refusal('str_split', `there is no item ${at}: the text has ${parts.length}`);
  }
  return part;
}

/** Null for the delimiter splits at blanks, as in Python. */
function split(text: string, delimiter: Json): readonly string[] {
  if (delimiter === null) return words(text);
  if (typeof delimiter !== 'string') throw refusal('str_split', `the delimiter is ${typeWords(delimiter)}, not text`);
  if (delimiter === '') throw refusal('str_split', 'the delimiter is empty');
  return text.split(delimiter);
}

/** Split at blanks, as Python sees them. */
function words(text: string): readonly string[] {
  const spaced = [...text].map((char) => (otherBlanks.includes(char) ? ' ' : char)).join('');
  // The byte order mark is a blank for JavaScript only.
  return spaced.split(/(?:(?!\ufeff)\s)+/).filter((part) => part !== '');
}

/** A whole number as Python's `int` makes one. ASSUMES: digits are ASCII. */
function whole(index: Json): number {
  if (typeof index === 'boolean') return Number(index);
  if (typeof index === 'number') return Math.trunc(index);
  const text = typeof index === 'string' ? words(index) : [];
  const [digits = ''] = text;
  if (text.length !== 1 || !/^[+-]?\d+(_\d+)*$/.test(digits))
    throw refusal('str_split', 'the index is no whole number');
  return Number(digits.replaceAll('_', ''));
}
