import { skipBlanks, stringEnd, valueEnd } from './json-reader.ts';
import type { DocumentPath } from './source.ts';

/** Where an entry of a map or an item of a list stands. */
interface Child {
  /** The key of an entry, the value of an item. */
  readonly offset: number;
  readonly value: number;
}

type Children = ReadonlyMap<string | number, Child>;

const none: Children = new Map();

/**
 * Finds the places of values in JSON by their paths.
 *
 * A map or list is gone through when something in it is asked for, and only once: most of a template never is.
 */
export class JsonPlaces {
  readonly #text: string;
  readonly #known = new Map<number, Children>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Give the offset of the key of an entry, or of an item; what does not exist has the place of what is around it. */
  offsetOf(path: DocumentPath): number {
    let offset = 0;
    let value = skipBlanks(this.#text, 0);
    for (const segment of path) {
      const child = this.#childrenAt(value).get(segment);
      if (child === undefined) break;
      offset = child.offset;
      value = child.value;
    }
    return offset;
  }

  #childrenAt(start: number): Children {
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const opening = this.#text[start];
    const children = opening === '{' ? this.#entries(start) : opening === '[' ? this.#items(start) : none;
    this.#known.set(start, children);
    return children;
  }

  /** Of two entries with the same key the last one counts, whose value Heat takes. */
  #entries(start: number): Children {
    const children = new Map<string, Child>();
    let at = skipBlanks(this.#text, start + 1);
    while (this.#text[at] !== '}') {
      const offset = at;
      const end = stringEnd(this.#text, offset);
      const value = skipBlanks(this.#text, skipBlanks(this.#text, end) + 1);
      children.set(JSON.parse(this.#text.slice(offset, end)) as string, { offset, value });
      at = this.#behind(value);
    }
    return children;
  }

  #items(start: number): Children {
    const children = new Map<number, Child>();
    let at = skipBlanks(this.#text, start + 1);
    while (this.#text[at] !== ']') {
      children.set(children.size, { offset: at, value: at });
      at = this.#behind(at);
    }
    return children;
  }

  /** Give the place of what follows the value at `at`: the next entry or item, or the bracket that closes what it is in. */
  #behind(at: number): number {
    const end = skipBlanks(this.#text, valueEnd(this.#text, at));
    return this.#text[end] === ',' ? skipBlanks(this.#text, end + 1) : end;
  }
}
