import { type Place, ProblemList } from '@heddle/core';
import { type Data, isDataMap } from './data.ts';
import { JsonOutline } from './json-outline.ts';
import { JsonPlaces } from './json-places.ts';
import { JsonReader } from './json-reader.ts';
import type { DocumentPath, TemplateSource } from './source.ts';
import { templateSource } from './template-source.ts';

/** A text that is JSON, and what `JSON.parse` gives for it. */
export interface ParsedJson {
  /** With 0, and blanks before it, in the place of words that only Python's JSON has. */
  readonly text: string;
  readonly parsed: Data;
  /** Where such words stand, as offsets. */
  readonly foreign: readonly number[];
}

/** Parse a text that is JSON to Heat, undefined for every other one: Heat tries that before YAML, and the two read numbers in different ways. */
export function parseJson(text: string): ParsedJson | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  const parsed = tryParse(text);
  if (parsed !== undefined) return { text, parsed, foreign: [] };
  const foreign: number[] = [];
  const replaced = text.replaceAll(stringsAndForeignWords, (found, offset: number) => {
    if (found.startsWith('"')) return found;
    foreign.push(offset);
    return '0'.padStart(found.length);
  });
  const repaired = foreign.length === 0 ? undefined : tryParse(replaced);
  return repaired === undefined ? undefined : { text: replaced, parsed: repaired, foreign };
}

function tryParse(text: string): Data | undefined {
  try {
    return JSON.parse(text) as Data;
  } catch {
    // Then it is YAML in flow style.
    return undefined;
  }
}

/** Python reads the words as numbers, which nothing that Heat sends on can carry. */
const stringsAndForeignWords = /"(?:\\.|[^"\\])*"|\bNaN\b|-?\bInfinity\b/g;

/**
 * Read a template in JSON.
 *
 * @param mostLevels  How many maps and lists may lie in one another.
 * @throws plan-invalid with `FILE:LINE: E_YAML:` when more of them do.
 */
export function readJsonSource(
  { text, parsed, foreign }: ParsedJson,
  file: string,
  mostLevels: number,
): TemplateSource {
  const place = placesOf(text);
  const outline = new JsonOutline(text, mostLevels);
  const reader = new JsonReader(text, mostLevels);
  // What was parsed is what is written, unless a number is another one, or a key stands twice.
  const isWhole = outline.isPlain && outline.keyCount === countKeys(parsed);
  const data = isWhole ? parsed : reader.read();
  const places = new JsonPlaces(data, outline);
  const locate = (path: DocumentPath): Place => place(places.offsetOf(path));
  const problems = new ProblemList({ file, locate });
  if (reader.tooDeepOffset !== undefined) {
    const message = `E_YAML: maps and lists lie more than ${mostLevels} levels deep here, which Heat cannot read`;
    problems.reportAt(place(reader.tooDeepOffset), [], message);
  }
  for (const offset of foreign)
    problems.reportAt(
      place(offset),
      [],
      'E_YAML: Heat reads a number here that is none, NaN or infinite: write a number, or text in quotes',
    );
  for (const { offset, message } of reader.faults) problems.reportAt(place(offset), [], `E_YAML: ${message}`);
  return templateSource({ file, data, problems, duplicates: reader.duplicates, place, locate });
}

function countKeys(data: Data): number {
  if (typeof data !== 'object' || data === null) return 0;
  const values: readonly Data[] = Object.values(data);
  return values.reduce<number>((sum, value) => sum + countKeys(value), isDataMap(data) ? values.length : 0);
}

/** Give the place of an offset in a text. */
function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
