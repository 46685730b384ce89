import { type Data, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';

/** Data of a template with its function calls recognised. */
export type Hot =
  | { readonly kind: 'literal'; readonly data: Data; readonly at: DocumentPath }
  | {
      readonly kind: 'call';
      readonly name: string;
      /** Its name in the template, where that is another one. */
      readonly written?: string;
      readonly argument: Hot;
      readonly data: Data;
      readonly at: DocumentPath;
    }
  | { readonly kind: 'list'; readonly items: readonly Hot[]; readonly data: Data; readonly at: DocumentPath }
  | {
      readonly kind: 'map';
      readonly entries: readonly (readonly [string, Hot])[];
      readonly data: Data;
      readonly at: DocumentPath;
    };

export type HotCall = Extract<Hot, { kind: 'call' }>;

/** Recognise the calls in data: a map with one key is one when the key is a function of the template's version. */
export function readHot(data: Data, at: DocumentPath, functions: ReadonlySet<string>): Hot {
  if (isDataList(data)) {
    return { kind: 'list', items: data.map((item, index) => readHot(item, [...at, index], functions)), data, at };
  }
  if (!isDataMap(data)) return { kind: 'literal', data, at };
  const entries = Object.entries(data).map(([key, value]) => [key, readHot(value, [...at, key], functions)] as const);
  const [only, second] = entries;
  if (only !== undefined && second === undefined && functions.has(only[0])) {
    return { kind: 'call', name: only[0], argument: only[1], data, at };
  }
  return { kind: 'map', entries, data, at };
}

/** The name of a function as the template writes it, for messages. */
export function callWords({ name, written }: HotCall): string {
  return written ?? name;
}

/** List every call, the outer before the inner. */
export function callsIn(hot: Hot): readonly HotCall[] {
  const found: HotCall[] = [];
  collectCalls(hot, found);
  return found;
}

/** List every call in data, as `callsIn` of what `readHot` gives: most of a template is none, and is not read. */
export function callsInData(data: Data, at: DocumentPath, functions: ReadonlySet<string>): readonly HotCall[] {
  const found: HotCall[] = [];
  collectFromData(data, [...at], functions, found);
  return found;
}

/** @param path  Where the data stands; it is as before when this returns. */
function collectFromData(data: Data, path: (string | number)[], functions: ReadonlySet<string>, into: HotCall[]): void {
  if (isDataList(data)) {
    for (const [index, item] of data.entries()) {
      path.push(index);
      collectFromData(item, path, functions, into);
      path.pop();
    }
    return;
  }
  if (!isDataMap(data)) return;
  const keys = Object.keys(data);
  const [only = ''] = keys;
  if (keys.length === 1 && functions.has(only)) {
    collectCalls(readHot(data, [...path], functions), into);
    return;
  }
  for (const key of keys) {
    path.push(key);
    collectFromData(data[key] ?? null, path, functions, into);
    path.pop();
  }
}

/** Generators in one another would be ten times slower, and every property of a template is gone through. */
function collectCalls(hot: Hot, into: HotCall[]): void {
  switch (hot.kind) {
    case 'literal':
      return;
    case 'call':
      into.push(hot);
      collectCalls(hot.argument, into);
      return;
    case 'list':
      for (const item of hot.items) collectCalls(item, into);
      return;
    case 'map':
      for (const [, value] of hot.entries) collectCalls(value, into);
  }
}

/** The resource of a `get_attr`; undefined when it is computed. */
export function attributeTarget({ argument }: HotCall): string | undefined {
  const first = argument.kind === 'list' ? argument.items[0] : undefined;
  return first?.kind === 'literal' && typeof first.data === 'string' ? first.data : undefined;
}

/** A `get_attr` whose names are written out: the resource, the attribute, and what follows. */
export interface AttributeCall {
  readonly resource: string;
  /** Undefined for all attributes at once. */
  readonly attribute?: string;
  /** Segments into the value; undefined when one of them is computed, or counts from an end. */
  readonly segments?: readonly (string | number)[];
  /** The first of what follows, where it is a name: for a group it may be an attribute of its members. */
  readonly inner?: string;
}

/** Whether a plan can have it as a segment of a path. A number below 0, which counts from the end of a list, is for whoever has the list. */
export function isSegment(data: unknown): data is string | number {
  return typeof data === 'string' || (typeof data === 'number' && Number.isSafeInteger(data) && data >= 0);
}

/** Read a `get_attr`; undefined when its resource or attribute is computed, or when it has another shape. */
export function attributeCall({ argument }: HotCall): AttributeCall | undefined {
  if (argument.kind !== 'list') return undefined;
  const [resource, attribute, ...rest] = argument.items.map((item) =>
    item.kind === 'literal' ? item.data : undefined,
  );
  if (typeof resource !== 'string' || (argument.items.length > 1 && typeof attribute !== 'string')) return undefined;
  const isPlain = rest.every(isSegment);
  const [inner] = rest;
  return {
    resource,
    ...(typeof attribute === 'string' ? { attribute } : {}),
    ...(isPlain ? { segments: rest } : {}),
    ...(typeof inner === 'string' ? { inner } : {}),
  };
}

/** The name that a `get_resource`, `get_param` or `get_file` is given; undefined when it is computed. */
export function namedTarget({ name, argument }: HotCall): string | undefined {
  const first = name === 'get_param' && argument.kind === 'list' ? argument.items[0] : argument;
  return first?.kind === 'literal' && typeof first.data === 'string' ? first.data : undefined;
}
