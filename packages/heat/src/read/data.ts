import type { Json } from '@heddle/core';

/** A number whose text matters: `1.0` is no `1` for Heat, and a JavaScript number would lose 9007199254740993. */
export class ExactNumber {
  /** As JSON writes it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Called by JSON.stringify, which can write no number as its text. */
  toJSON(): number {
    changedNumbers += 1;
    return Number(this.text);
  }
}

/** How many numbers JSON.stringify has written in another way than a template has them. */
let changedNumbers = 0;

/** A map of a template. */
export interface DataMap {
  readonly [key: string]: Data;
}

/** What a template is made of: JSON, with numbers that keep their text. */
export type Data = null | boolean | number | string | ExactNumber | readonly Data[] | DataMap;

/** True for a map (not a list, not a number that keeps its text). */
export function isDataMap(data: Data | undefined): data is DataMap {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && !(data instanceof ExactNumber);
}

/** True for a list. */
export function isDataList(data: Data | undefined): data is readonly Data[] {
  return Array.isArray(data);
}

/** The entry of a map; undefined for what is inherited, and for what is no map. */
export function entryOf(data: Data | undefined, key: string): Data | undefined {
  return isDataMap(data) && Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Name the type of data with its article, for messages. */
export function dataWords(data: Data | undefined): string {
  if (data === undefined || data === null) return 'null';
  if (isDataList(data)) return 'a list';
  if (isDataMap(data)) return 'a map';
  return data instanceof ExactNumber ? 'a number' : `a ${typeof data}`;
}

/** Give data as JSON; a number becomes one of JavaScript, as a plan has them. */
export function toJson(data: Data): Json {
  // JSON.stringify writes -0 as 0, so a plan that is read again would be another one.
  if (data instanceof ExactNumber) return Number(data.text) || 0;
  if (isDataList(data)) return data.map(toJson);
  if (isDataMap(data)) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toJson(value)]));
  return data;
}

/** Write data as JSON text, loss-free and without blanks. */
export function writeData(data: Data): string {
  return stringified(data) ?? written(data);
}

/** Write data as JSON text for people, loss-free, indented by two blanks. */
export function writeIndented(data: Data): string {
  return stringified(data, 2) ?? indented(data, '');
}

/** Write data by JSON.stringify, many times as fast as `written`; undefined when a number in it keeps its text. */
function stringified(data: Data, indent?: number): string | undefined {
  const before = changedNumbers;
  const text = JSON.stringify(data, null, indent);
  return changedNumbers === before ? text : undefined;
}

/** The same text as JSON.stringify writes. */
function written(data: Data): string {
  if (data instanceof ExactNumber) return data.text;
  if (isDataList(data)) return `[${data.map(written).join(',')}]`;
  if (!isDataMap(data)) return JSON.stringify(data);
  return `{${Object.entries(data)
    .map(([key, value]) => `${JSON.stringify(key)}:${written(value)}`)
    .join(',')}}`;
}

/** The same text as JSON.stringify writes with an indent of two blanks. */
function indented(data: Data, indent: string): string {
  if (data instanceof ExactNumber) return data.text;
  const inner = `${indent}  `;
  if (isDataList(data)) {
    if (data.length === 0) return '[]';
    return `[\n${data.map((item) => `${inner}${indented(item, inner)}`).join(',\n')}\n${indent}]`;
  }
  if (!isDataMap(data)) return JSON.stringify(data);
  const entries = Object.entries(data);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, value]) => `${inner}${JSON.stringify(key)}: ${indented(value, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
