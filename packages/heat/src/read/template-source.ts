import { HeddleError, type Place, type ProblemList } from '@heddle/core';
import { type Data, dataWords, isDataMap } from './data.ts';
import type { Duplicate } from './data-reader.ts';
import type { DocumentPath, TemplateSource } from './source.ts';

/** What was read of a text. */
export interface ReadText {
  readonly file: string;
  readonly data: Data;
  readonly problems: ProblemList;
  readonly duplicates: readonly Duplicate[];
  /** Gives the place of an offset in the text. */
  readonly place: (offset: number) => Place;
  readonly locate: (path: DocumentPath) => Place;
}

/** Make a template of what was read. @throws plan-invalid with what was reported, or for what is no map. */
export function templateSource({ file, data, problems, duplicates, place, locate }: ReadText): TemplateSource {
  problems.throwIfAny();
  if (!isDataMap(data)) {
    throw new HeddleError('plan-invalid', `${file}:1: E_YAML: a template is a map, this is ${dataWords(data)}`);
  }
  return {
    file,
    data,
    locate,
    problems,
    duplicates: duplicates.map((found) => ({ ...found, line: place(found.offset).line })),
    report: (path, code, message) => problems.report(path, `${code}: ${message}`),
    warning: (path, code, message) => `${file}:${locate(path).line}: ${code}: ${message}`,
  };
}
