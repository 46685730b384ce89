import { isMap, type Json } from '../values/json.ts';
import { type GatherTemplate, parseGather } from './gather-form.ts';
import { parseText } from './parse.ts';
import { type DocumentPath, type ReportProblem, readSyntax } from './report.ts';
import type { ReferenceSyntax, TextPart } from './syntax.ts';

/** Data as written in the file, with its references read but not yet looked up. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'reference'; readonly reference: ReferenceSyntax; readonly path: DocumentPath }
  | { readonly kind: 'text'; readonly parts: readonly TextPart[]; readonly path: DocumentPath }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Template])[] }
  | GatherTemplate;

/** What a template is for: only inputs have long forms, everywhere else they are refused. */
export type TemplateUse = 'input' | 'options' | 'default' | 'params';

const refusals: Readonly<Record<TemplateUse, string>> = {
  input: 'stands at the top of an input only, not inside its data',
  options: 'has no place in the options of an adapter: what comes from elsewhere is an input',
  default: 'has no place in a default, which is a constant',
  params: 'has no place in a param, which is a constant',
};

/** Stands where something could not be read; the problem has been reported. */
export const unreadable: Template = { kind: 'constant', value: null };

/**
 * Read data at any depth into a template: texts may hold `${...}`, `{ $gather: ... }` maps gather, all else is itself.
 *
 * Faults go to `report`; the place of each is then null.
 */
export function parseTemplate(
  data: Json,
  path: DocumentPath,
  report: ReportProblem,
  use: TemplateUse = 'input',
): Template {
  if (typeof data === 'string') return parseTextTemplate(data, path, report);
  if (Array.isArray(data)) {
    return { kind: 'list', items: data.map((item: Json, index) => parseTemplate(item, [...path, index], report, use)) };
  }
  if (!isMap(data)) return { kind: 'constant', value: data };
  const refused = ['$value', ...(use === 'input' ? [] : ['$gather'])].find((key) => Object.hasOwn(data, key));
  if (refused !== undefined) {
    report([...path, refused], `"${refused}" ${refusals[use]}`);
    return unreadable;
  }
  if (Object.hasOwn(data, '$gather')) return parseGather(data, path, report) ?? unreadable;
  return {
    kind: 'map',
    entries: Object.entries(data).map(([key, value]) => [
      parseKey(key, [...path, key], report),
      parseTemplate(value, [...path, key], report, use),
    ]),
  };
}

function parseTextTemplate(text: string, path: DocumentPath, report: ReportProblem): Template {
  const parts = readSyntax(() => parseText(text), path, report);
  if (parts === undefined) return unreadable;
  const [only] = parts;
  if (parts.length === 0) return { kind: 'constant', value: '' };
  if (parts.length > 1 || only === undefined) return { kind: 'text', parts, path };
  return typeof only === 'string' ? { kind: 'constant', value: only } : { kind: 'reference', reference: only, path };
}

function parseKey(key: string, path: DocumentPath, report: ReportProblem): string {
  const parts =
    readSyntax(
      () => parseText(key),
      path,
      (at, message) => report(at, message),
    ) ?? [];
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  report(path, `a key cannot hold a reference: "${key}"; only values can`);
  return key;
}
