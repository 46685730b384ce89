import type { Data, DataMap } from './data.ts';
import type { Duplicate } from './data-reader.ts';
import { readJsonNumber } from './plain-scalar.ts';

/**
 * Reads JSON that `JSON.parse` takes, with what that drops: numbers as they are written, and keys that stand twice.
 *
 * The YAML library reads JSON, too, but needs ten times as long.
 */
export class JsonReader {
  readonly duplicates: Duplicate[] = [];
  readonly faults: { readonly offset: number; readonly message: string }[] = [];
  /** For each map and list, where its keys, or items, begin. */
  readonly offsets = new Map<Data, readonly number[]>();
  /** Where the first map or list begins that lies too deep; what is in it is left out. */
  tooDeepOffset: number | undefined;
  readonly #text: string;
  readonly #mostLevels: number;
  #at = 0;
  #level = 0;

  /** @param mostLevels  How many maps and lists may lie in one another. */
  constructor(text: string, mostLevels: number) {
    this.#text = text;
    this.#mostLevels = mostLevels;
  }

  read(): Data {
    return this.#value();
  }

  #value(): Data {
    this.#at = skipBlanks(this.#text, this.#at);
    switch (this.#text[this.#at]) {
      case '{':
      case '[':
        return this.#collection();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #collection(): Data {
    if (this.#level === this.#mostLevels) {
      this.tooDeepOffset ??= this.#at;
      this.#at = valueEnd(this.#text, this.#at);
      return null;
    }
    this.#level += 1;
    const data = this.#text[this.#at] === '{' ? this.#map() : this.#list();
    this.#level -= 1;
    return data;
  }

  #map(): DataMap {
    const entries: Record<string, Data> = {};
    const offsets: number[] = [];
    while (this.#next() !== '}') {
      const offset = this.#at;
      offsets.push(offset);
      const key = this.#string();
      if (Object.hasOwn(entries, key)) this.duplicates.push({ key, offset, line: 0 });
      this.#at = skipBlanks(this.#text, this.#at) + 1;
      const value = this.#value();
      // By an assignment it would become the prototype of the map.
      if (key === '__proto__') Object.defineProperty(entries, key, { value, enumerable: true, configurable: true });
      else entries[key] = value;
    }
    this.#at += 1;
    this.offsets.set(entries, offsets);
    return entries;
  }

  #list(): readonly Data[] {
    const items: Data[] = [];
    const offsets: number[] = [];
    while (this.#next() !== ']') {
      offsets.push(this.#at);
      items.push(this.#value());
    }
    this.#at += 1;
    this.offsets.set(items, offsets);
    return items;
  }

  /** Step over the bracket or comma here, and give the character behind it. */
  #next(): string | undefined {
    this.#at = skipBlanks(this.#text, this.#at);
    const here = this.#text[this.#at];
    if (here === '{' || here === '[' || here === ',') this.#at = skipBlanks(this.#text, this.#at + 1);
    return this.#text[this.#at];
  }

  #string(): string {
    const end = stringEnd(this.#text, this.#at);
    const string = stringAt(this.#text, this.#at, end);
    this.#at = end;
    return string;
  }

  #word(): Data {
    const end = wordEnd(this.#text, this.#at);
    const written = this.#text.slice(this.#at, end);
    this.#at = end;
    if (written === 'null') return null;
    if (written === 'true' || written === 'false') return written === 'true';
    const read = readJsonNumber(written);
    if ('data' in read) return read.data;
    this.faults.push({ offset: end - written.length, message: read.fault });
    return null;
  }
}

/** Give the place behind the number, `true`, `false` or `null` at `at`. */
function wordEnd(text: string, at: number): number {
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : at;
}

const word = /[-+.\w]+/y;

/** Give the place of the first character at or behind `at` that is no blank. */
function skipBlanks(text: string, at: number): number {
  let place = at;
  while (text.charCodeAt(place) <= 32) place += 1;
  return place;
}

/** Give the place behind the string that begins at `at`. */
export function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
}

/** Read the string between two places, its quotes included. */
export function stringAt(text: string, at: number, end: number): string {
  const inside = text.slice(at + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
}

/** Give the place behind the value that begins at `at`. */
function valueEnd(text: string, at: number): number {
  let place = at;
  let depth = 0;
  do {
    const character = text[place];
    if (character === '"') {
      place = stringEnd(text, place);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 0) return wordEnd(text, place);
    place += 1;
  } while (depth > 0);
  return place;
}
