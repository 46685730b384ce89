import { isHeddleError } from '../errors/heddle-error.ts';

/** Keys and indexes from the top of the document to a value. */
export type DocumentPath = readonly (string | number)[];

/** Takes a problem: the place, the message, and the column in that text (from 1) for faults of the `${...}` grammar. */
export type ReportProblem = (path: DocumentPath, message: string, column?: number) => void;

/** Run a reader of the `${...}` grammar; a fault in it is reported at `path` and gives undefined. */
export function readSyntax<T>(read: () => T, path: DocumentPath, report: ReportProblem): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!isHeddleError(thrown) || typeof thrown.details.column !== 'number') throw thrown;
    report(path, thrown.message, thrown.details.column);
    return undefined;
  }
}
