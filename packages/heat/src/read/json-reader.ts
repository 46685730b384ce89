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
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Data {
    return this.#value();
  }

  #value(): Data {
    this.#at = skipBlanks(this.#text, this.#at);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#map();
      case '[':
        return this.#list();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #map(): DataMap {
    const entries: Record<string, Data> = {};
    while (this.#next() !== '}') {
      const offset = this.#at;
      const key = this.#string();
      if (Object.hasOwn(entries, key)) this.duplicates.push({ key, offset, line: 0 });
      this.#at = skipBlanks(this.#text, this.#at) + 1;
      const value = this.#value();
      // By an assignment it would become the prototype of the map.
      if (key === '__proto__') Object.defineProperty(entries, key, { value, enumerable: true, configurable: true });
      else entries[key] = value;
    }
    this.#at += 1;
    return entries;
  }

  #list(): readonly Data[] {
    const items: Data[] = [];
    while (this.#next() !== ']') items.push(this.#value());
    this.#at += 1;
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
    const written = this.#text.slice(this.#at, end);
    this.#at = end;
    return written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
  }

  #word(): Data {
    const start = this.#at;
    while (isOfWord(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    return readJsonNumber(word);
  }
}

/** Letters, digits, `+`, `-` and `.`: what the numbers and names of JSON are made of. */
function isOfWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 97 && code <= 122) ||
    code === 69 ||
    (code >= 43 && code <= 46 && code !== 44)
  );
}

/** Give the place of the first character at or behind `at` that is no blank. */
export function skipBlanks(text: string, at: number): number {
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
