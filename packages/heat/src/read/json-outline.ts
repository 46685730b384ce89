import { skipBlanks, stringAt, stringEnd, valueEnd, wordEnd } from './json-text.ts';
import { readJsonNumber } from './plain-scalar.ts';

/** Stands for the map or list that is the whole text, where the number of a key or item is asked for. */
export const whole = -1;

/**
 * Where each key of a map, and each item of a list, begins in a text that `JSON.parse` takes.
 *
 * Keys and items have numbers in the order of the text: what lies in one of them has the numbers that follow its own.
 */
export class JsonOutline {
  /** How many keys stand in the text: more than its data has when one stands twice in a map. */
  keyCount = 0;
  /** True: `JSON.parse` gives each number as it is written, and no map or list lies too deep. */
  isPlain = true;
  readonly #text: string;
  readonly #mostLevels: number;
  readonly #offsets: number[] = [];
  /** For each key or item the number of the first one behind all that lies in it. */
  readonly #behind: number[] = [];
  #level = 0;

  /** @param mostLevels  How many maps and lists may lie in one another; what lies deeper has no numbers. */
  constructor(text: string, mostLevels: number) {
    this.#text = text;
    this.#mostLevels = mostLevels;
    this.#value(skipBlanks(text, 0));
  }

  /** Give the place in the text of a key or item. */
  offsetOf(entry: number): number {
    return this.#offsets[entry] ?? 0;
  }

  /** List the numbers of the keys of a map, or of the items of a list, by that of its own key or item. */
  entriesIn(parent: number): readonly number[] {
    const entries: number[] = [];
    const end = parent === whole ? this.#offsets.length : (this.#behind[parent] ?? 0);
    for (let entry = parent + 1; entry < end; entry = this.#behind[entry] ?? end) entries.push(entry);
    return entries;
  }

  /** Read a key of a map. */
  keyAt(entry: number): string {
    const offset = this.offsetOf(entry);
    return stringAt(this.#text, offset, stringEnd(this.#text, offset));
  }

  /** Walk over the value at a place, and give the place behind it. */
  #value(at: number): number {
    switch (this.#text[at]) {
      case '{':
        return this.#collection(at, '}');
      case '[':
        return this.#collection(at, ']');
      case '"':
        return stringEnd(this.#text, at);
      default:
        return this.#word(at);
    }
  }

  #collection(at: number, close: '}' | ']'): number {
    const text = this.#text;
    if (this.#level === this.#mostLevels) {
      this.isPlain = false;
      return valueEnd(text, at);
    }
    this.#level += 1;
    let place = skipBlanks(text, at + 1);
    while (text[place] !== close) {
      const entry = this.#offsets.push(place) - 1;
      this.#behind.push(0);
      if (close === '}') {
        this.keyCount += 1;
        const colon = skipBlanks(text, stringEnd(text, place));
        place = skipBlanks(text, colon + 1);
      }
      place = skipBlanks(text, this.#value(place));
      this.#behind[entry] = this.#offsets.length;
      if (text[place] === ',') place = skipBlanks(text, place + 1);
    }
    this.#level -= 1;
    return place + 1;
  }

  #word(at: number): number {
    const end = wordEnd(this.#text, at);
    if (!isKept(this.#text.slice(at, end))) this.isPlain = false;
    return end;
  }
}

/** True for a word that `JSON.parse` gives as a template means it; see `readJsonNumber`. */
function isKept(word: string): boolean {
  if (plainWord.test(word)) return true;
  const read = readJsonNumber(word);
  return 'data' in read && typeof read.data === 'number';
}

const plainWord = /^(?:true|false|null|0|-?[1-9]\d{0,14})$/;
