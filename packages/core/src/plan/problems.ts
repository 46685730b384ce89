import { HeddleError } from '../errors/heddle-error.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { formatSegments } from '../expressions/syntax.ts';
import { suggestionIn } from '../text/did-you-mean.ts';

/** A place in a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds the place of a document path; `textColumn` is a column inside the text that stands there. */
export interface Locator {
  readonly file: string;
  /** The key of the entry (or the item) at `path`, or the nearest thing around it that exists. */
  locate(path: DocumentPath, textColumn?: number): Place;
}

/** One thing that is wrong with a deployment file. */
export interface Problem extends Place {
  readonly file: string;
  /** Where in the document: `nodes.web.roles[0].inputs['db.host']`. */
  readonly path: string;
  readonly message: string;
  /** The word that was probably meant. */
  readonly suggestion?: string;
}

/** Collects problems, so that one run tells all of them. */
export class ProblemList {
  readonly #locator: Locator;
  readonly #problems = new Map<string, { problem: Problem; text: string }>();

  constructor(locator: Locator) {
    this.#locator = locator;
  }

  get isEmpty(): boolean {
    return this.#problems.size === 0;
  }

  /** Add a problem; the same one at the same place is kept once. A text column is part of what is printed. */
  readonly report = (path: DocumentPath, message: string, textColumn?: number): void => {
    this.reportAt(this.#locator.locate(path, textColumn), path, message, textColumn !== undefined);
  };

  /** Add a problem at a place that is not the one of its path. */
  reportAt({ line, column }: Place, path: DocumentPath, message: string, isColumnShown = false): void {
    const { file } = this.#locator;
    const text = `${file}:${line}:${isColumnShown ? `${column}:` : ''} ${message}`;
    const suggestion = suggestionIn(message);
    const problem = { file, line, column, path: formatDocumentPath(path), message };
    this.#problems.set(text, { problem: suggestion === undefined ? problem : { ...problem, suggestion }, text });
  }

  /** True when a problem lies at or below `path`. */
  hasBelow(path: DocumentPath): boolean {
    const prefix = formatDocumentPath(path);
    return [...this.#problems.values()].some(({ problem }) => {
      const rest = problem.path.startsWith(prefix) ? problem.path.slice(prefix.length) : undefined;
      return rest === '' || rest?.startsWith('.') || rest?.startsWith('[');
    });
  }

  /** Throw all problems as one error, one line each in `notes`, in the order of the file; do nothing when there are none. */
  throwIfAny(): void {
    if (this.isEmpty) return;
    const sorted = [...this.#problems.values()].sort(
      ({ problem: a }, { problem: b }) => a.line - b.line || a.column - b.column || a.message.localeCompare(b.message),
    );
    const [first] = sorted;
    const isSingle = sorted.length === 1 && first !== undefined;
    const { file } = this.#locator;
    throw new HeddleError('plan-invalid', isSingle ? first.text : `${file}: ${sorted.length} errors`, {
      notes: isSingle ? [] : sorted.map(({ text }) => text),
      next: [`correct ${isSingle ? 'this line' : 'these lines'}, then run heddle validate ${file}`],
      details: { file, problems: sorted.map(({ problem }) => problem) },
    });
  }
}

/** Write a document path: `nodes.web.roles[0]`. */
export function formatDocumentPath(path: DocumentPath): string {
  return formatSegments(path).replace(/^\./, '');
}
