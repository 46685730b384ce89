import { type Place, ProblemList } from '@heddle/core';
import { JsonPlaces } from './json-places.ts';
import { JsonReader } from './json-reader.ts';
import type { DocumentPath, TemplateSource } from './source.ts';
import { templateSource } from './template-source.ts';

/** Tell whether a text is JSON: Heat tries that before YAML, and the two read numbers in different ways. */
export function isJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Then it is YAML in flow style.
    return false;
  }
}

/**
 * Read a template in JSON.
 *
 * @param text  What `isJson` says yes to.
 * @param mostLevels  How many maps and lists may lie in one another.
 * @throws plan-invalid with `FILE:LINE: E_YAML:` when more of them do.
 */
export function readJsonSource(text: string, file: string, mostLevels: number): TemplateSource {
  const place = placesOf(text);
  const reader = new JsonReader(text, mostLevels);
  const data = reader.read();
  const places = new JsonPlaces(text, { data, offsets: reader.offsets });
  const locate = (path: DocumentPath): Place => place(places.offsetOf(path));
  const problems = new ProblemList({ file, locate });
  if (reader.tooDeepOffset !== undefined) {
    const message = `E_YAML: maps and lists lie more than ${mostLevels} levels deep here, which Heat cannot read`;
    problems.reportAt(place(reader.tooDeepOffset), [], message);
  }
  for (const { offset, message } of reader.faults) problems.reportAt(place(offset), [], `E_YAML: ${message}`);
  return templateSource({ file, data, problems, duplicates: reader.duplicates, place, locate });
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
