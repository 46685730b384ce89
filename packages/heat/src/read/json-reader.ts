import type { Data, DataMap } from './data.ts';
import type { Duplicate } from './data-reader.ts';
import { skipBlanks, stringAt, stringEnd, valueEnd, wordEnd } from './json-text.ts';
import { readJsonNumber } from './plain-scalar.ts';

/**
 * Reads JSON that `JSON.parse` takes, with what that drops: numbers as they are written, and keys that stand twice. It takes several times as long.
 */
export class JsonReader {
  readonly duplicates: Duplicate[] = [];
  readonly faults: { readonly offset: number; readonly message: string }[] = [];
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
