import type { ReadFile } from '../classify/check-nested.ts';
import { type Data, type DataMap, isDataList, isDataMap, toJson } from '../read/data.ts';

/**
 * Write the text that an expression gives at least: what Heat puts in later counts as nothing.
 *
 * As Heat joins them: maps and lists become JSON in ASCII.
 */
export function knownText(data: Data, readFile: ReadFile | undefined): string {
  if (data === null) return '';
  if (typeof data === 'string') return data;
  return (isDataMap(data) ? knownCall(data, readFile) : undefined) ?? inAscii(knownJson(data, readFile));
}

function knownJson(data: Data, readFile: ReadFile | undefined): string {
  if (isDataList(data)) return `[${data.map((item) => knownJson(item, readFile)).join(',')}]`;
  if (!isDataMap(data)) return JSON.stringify(toJson(data));
  const text = knownCall(data, readFile);
  if (text !== undefined) return JSON.stringify(text);
  const entries = Object.entries(data).map(([key, value]) => `${JSON.stringify(key)}:${knownJson(value, readFile)}`);
  return `{${entries.join(',')}}`;
}

/** What a call gives at least; undefined when it is none of those that user data has. */
export function knownCall(data: DataMap, readFile: ReadFile | undefined): string | undefined {
  const [name = '', second] = Object.keys(data);
  const argument = data[name] ?? null;
  if (second !== undefined) return undefined;
  if (name === 'get_file') return typeof argument === 'string' ? (readFile?.(argument) ?? '') : '';
  if (name.startsWith('get_')) return '';
  if (name === 'list_join' && isDataList(argument)) {
    const [delimiter = '', ...lists] = argument;
    const items = lists.flatMap((list) => (isDataList(list) ? list : []));
    return items.map((item) => knownText(item, readFile)).join(typeof delimiter === 'string' ? delimiter : '');
  }
  if (name.startsWith('str_replace') && isDataMap(argument)) {
    const names = isDataMap(argument['params']) ? Object.keys(argument['params']) : [];
    return names.reduce(
      (text, key) => (key === '' ? text : text.replaceAll(key, '')),
      templateText(argument, readFile),
    );
  }
  return undefined;
}

function templateText({ template = '' }: DataMap, readFile: ReadFile | undefined): string {
  return knownText(template, readFile);
}

/** Write JSON as Heat does: in ASCII. */
export function inAscii(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
