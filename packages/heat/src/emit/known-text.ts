import type { Json } from '@heddle/core';
import type { ReadFile } from '../classify/check-nested.ts';
import { type Data, type DataMap, isDataList, isDataMap, toJson } from '../read/data.ts';

/**
 * Write the text that an expression gives at least: what Heat puts in later counts as nothing.
 *
 * As Heat joins them: maps and lists become JSON in ASCII.
 */
export function knownText(data: Data, readFile: ReadFile | undefined): string {
  return asText(known(data, readFile));
}

function known(data: Data, readFile: ReadFile | undefined): Json {
  if (isDataList(data)) return data.map((item) => known(item, readFile));
  if (!isDataMap(data)) return toJson(data);
  const entries = Object.entries(data);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    const text = knownCall(only[0], only[1], readFile);
    if (text !== undefined) return text;
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, known(value, readFile)]));
}

/** What a call gives at least; undefined when it is none of those that user data has. */
function knownCall(name: string, argument: Data, readFile: ReadFile | undefined): string | undefined {
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

function asText(data: Json): string {
  if (data === null) return '';
  if (typeof data === 'string') return data;
  const json = JSON.stringify(data);
  return json.replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
