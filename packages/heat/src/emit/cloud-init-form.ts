import type { ReadFile } from '../classify/check-nested.ts';
import { callsIn, type Hot, namedTarget } from '../model/hot.ts';
import { isFilePath } from '../model/nested.ts';

/**
 * What cloud-init takes a text for, by how it begins. `mime`: an archive of parts; `other`: a form that is neither script nor cloud-config;
 * `none`: cloud-init does not read it; `unknown`: how it begins is known only when Heat creates the stack.
 */
export type CloudInitForm = 'script' | 'cloud-config' | 'mime' | 'other' | 'none' | 'unknown';

/** How a text begins, as far as the template says it. */
interface Beginning {
  readonly text: string;
  /** False when more text, or another one, may follow. */
  readonly isWhole: boolean;
}

/** cloud-init compares in lower case, the longest first. */
const beginnings: readonly (readonly [string, CloudInitForm])[] = [
  ['## template: jinja', 'other'],
  ['#cloud-config-archive', 'other'],
  ['#cloud-config-jsonp', 'other'],
  ['#cloud-boothook', 'other'],
  ['#part-handler', 'other'],
  ['#cloud-config', 'cloud-config'],
  ['#include', 'other'],
  ['#!', 'script'],
];

/** Characters in which cloud-init looks for the header of a MIME archive. */
const mimeHeaderLength = 4096;

/** Tell what cloud-init takes an expression of text for. */
export function formOf(hot: Hot, readFile: ReadFile | undefined): CloudInitForm {
  if (hot.kind === 'call' && hot.name === 'if') {
    const [, ...branches] = hot.argument.kind === 'list' ? hot.argument.items : [];
    const [form = 'unknown', ...others] = branches.map((branch) => formOf(branch, readFile));
    return others.every((other) => other === form) ? form : 'unknown';
  }
  const { text, isWhole } = beginningOf(hot, readFile);
  if (/^mime-version:/im.test(text.slice(0, mimeHeaderLength))) return 'mime';
  const lower = text.trimStart().toLowerCase();
  const found = beginnings.find(([beginning]) => lower.startsWith(beginning));
  if (found === undefined) return isWhole ? 'none' : 'unknown';
  // "#cloud-config" may go on as "#cloud-config-archive".
  const mayGoOn = !isWhole && beginnings.some(([other]) => other.length > lower.length && other.startsWith(lower));
  return mayGoOn ? 'unknown' : found[1];
}

function beginningOf(hot: Hot, readFile: ReadFile | undefined): Beginning {
  const unknown: Beginning = { text: '', isWhole: false };
  if (hot.kind === 'literal') return { text: typeof hot.data === 'string' ? hot.data : '', isWhole: true };
  if (hot.kind !== 'call') return { text: '', isWhole: true };
  const { name, argument } = hot;
  switch (name) {
    case 'get_file': {
      const file = namedTarget(hot);
      const text = file !== undefined && isFilePath(file) ? readFile?.(file) : undefined;
      return text === undefined ? unknown : { text, isWhole: true };
    }
    case 'str_replace':
    case 'str_replace_strict':
    case 'str_replace_vstrict': {
      const entries = argument.kind === 'map' ? new Map(argument.entries) : undefined;
      const [template, params] = [entries?.get('template'), entries?.get('params')];
      if (template === undefined || params?.kind !== 'map') return unknown;
      return beforeNames(
        beginningOf(template, readFile),
        params.entries.map(([key]) => key),
      );
    }
    case 'list_join': {
      const [delimiter, items] = argument.kind === 'list' ? argument.items : [];
      const [first, ...others] = items?.kind === 'list' ? items.items : [];
      if (first === undefined) return unknown;
      const begun = beginningOf(first, readFile);
      if (!begun.isWhole || others.length === 0) return begun;
      const next = delimiter?.kind === 'literal' && typeof delimiter.data === 'string' ? delimiter.data : '';
      return { text: `${begun.text}${next}`, isWhole: false };
    }
    default:
      return unknown;
  }
}

/** What stands before the first name that is replaced. */
function beforeNames({ text, isWhole }: Beginning, names: readonly string[]): Beginning {
  const at = names.map((name) => text.indexOf(name)).filter((index) => index >= 0);
  return at.length === 0 ? { text, isWhole } : { text: text.slice(0, Math.min(...at)), isWhole: false };
}

/** True when a text that the template writes out, or reads from a file, has a match. */
export function matchesText(hot: Hot, pattern: RegExp, readFile: ReadFile | undefined): boolean {
  for (const text of textsIn(hot, readFile)) if (pattern.test(text)) return true;
  return false;
}

function* textsIn(hot: Hot, readFile: ReadFile | undefined): Generator<string> {
  yield* literalsIn(hot);
  for (const call of callsIn(hot)) {
    const file = call.name === 'get_file' ? namedTarget(call) : undefined;
    const text = file !== undefined && isFilePath(file) ? readFile?.(file) : undefined;
    if (text !== undefined) yield text;
  }
}

function* literalsIn(hot: Hot): Generator<string> {
  if (hot.kind === 'literal') {
    if (typeof hot.data === 'string') yield hot.data;
  } else if (hot.kind === 'call') yield* literalsIn(hot.argument);
  else if (hot.kind === 'list') for (const item of hot.items) yield* literalsIn(item);
  else for (const [, value] of hot.entries) yield* literalsIn(value);
}
