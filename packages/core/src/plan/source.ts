import { LineCounter, parseDocument } from 'yaml';
import { HeddleError } from '../errors/heddle-error.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { typeWords } from '../text/type-words.ts';
import { isMap, type Json } from '../values/json.ts';
import { type Locator, type Place, ProblemList } from './problems.ts';
import { type DataPosition, type YamlData, yamlData } from './yaml-data.ts';

/** A deployment file as data, with the places of everything in it. */
export interface Source extends Locator {
  readonly data: { readonly [key: string]: Json };
  /** Already holds what the YAML itself has wrong, such as a key that stands twice. */
  readonly problems: ProblemList;
}

/**
 * Read a YAML (or JSON) text whose top is a map.
 *
 * `store: embedded:` is taken as the text that it looks like, although YAML wants quotes around a final colon.
 *
 * @param file  The name for messages.
 * @throws `config-invalid` with `FILE:LINE:COLUMN:` when the text is no YAML, holds several documents or is no map.
 */
export function readSource(text: string, file: string): Source {
  const readable = text.replace(/^store:([ \t]+)([a-z][a-z0-9+.-]*:)(?=[ \t\r]*(?:#.*)?$)/m, 'store:$1"$2"');
  const lines = new LineCounter();
  const document = parseDocument(readable, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw unreadableError(readable, file, fault.message, placeOf(lines, fault.pos[0]));
  const read = yamlData(document);
  if (read.broken !== undefined)
    throw unreadableError(readable, file, read.broken.message, placeOf(lines, read.broken.offset));
  if (!isMap(read.data)) {
    const found = read.data === null ? 'it is empty' : `it is ${typeWords(read.data)}`;
    throw new HeddleError(
      'config-invalid',
      `${file}: a deployment file is a map with heddle, deployment and nodes; ${found}`,
      {
        details: { file },
      },
    );
  }
  const locate = createLocate(read, readable, lines);
  const problems = new ProblemList({ file, locate });
  for (const { path, message, againOffset } of read.faults) {
    if (againOffset === undefined) problems.report(path, message);
    else problems.reportAt(placeOf(lines, againOffset), path, `${message}; the first is on line ${locate(path).line}`);
  }
  return { file, data: read.data, locate, problems };
}

function createLocate({ positions }: YamlData, text: string, lines: LineCounter): Locator['locate'] {
  return (path: DocumentPath, textColumn?: number): Place => {
    const exact = positions.get(JSON.stringify(path));
    if (exact !== undefined) {
      return placeOf(lines, textColumn === undefined ? exact.offset : offsetInText(exact, text, textColumn));
    }
    for (let length = path.length - 1; length > 0; length -= 1) {
      const around = positions.get(JSON.stringify(path.slice(0, length)));
      if (around !== undefined) return placeOf(lines, around.offset);
    }
    return { line: 1, column: 1 };
  };
}

/** The offset of a column of a text value; the start of the text where escapes or folding hide it. */
function offsetInText({ offset, scalar }: DataPosition, text: string, column: number): number {
  const [start, end] = scalar?.range ?? [offset, offset];
  if (typeof scalar?.value !== 'string') return start;
  const before = scalar.value.slice(0, column - 1);
  const raw = text.slice(start, end);
  if (scalar.type === 'BLOCK_LITERAL') {
    const written = raw.split('\n');
    const wanted = before.split('\n').length;
    const line = scalar.value.split('\n')[wanted - 1] ?? '';
    const indent = (written[wanted] ?? '').indexOf(line);
    const lineStart = written.slice(0, wanted).join('\n').length + 1;
    return start + lineStart + Math.max(0, indent) + (before.length - (before.lastIndexOf('\n') + 1));
  }
  const lead = scalar.type === 'PLAIN' ? 0 : 1;
  return raw.startsWith(before, lead) ? start + lead + before.length : start;
}

function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function unreadableError(text: string, file: string, message: string, place: Place): HeddleError {
  const line = text.split('\n')[place.line - 1] ?? '';
  const next = /^ *\t/.test(line)
    ? ['indent with spaces: YAML takes no tabs']
    : /[[{].*\$\{/.test(line)
      ? ['inside { } and [ ], put quotes around every text with ${...}']
      : [];
  const own = `${message.charAt(0).toLowerCase()}${message.slice(1)}`.replace(/; please use .*$/, '').replace(/:$/, '');
  return new HeddleError('config-invalid', `${file}:${place.line}:${place.column}: not readable as YAML: ${own}`, {
    next,
    details: { file, ...place },
  });
}
