import { type Data, entryOf, isDataList, isDataMap } from './data.ts';
import { stringAt, stringEnd } from './json-reader.ts';
import type { DocumentPath } from './source.ts';

/** What was read, and for each map and list in it where its keys, or items, begin: in their order in the text. */
export interface PlacedData {
  readonly data: Data;
  readonly offsets: ReadonlyMap<Data, readonly number[]>;
}

/**
 * Finds the places of values in JSON by their paths.
 *
 * The keys of a map are read once more when something in it is asked for, and only once: most of a template never is.
 */
export class JsonPlaces {
  readonly #text: string;
  readonly #placed: PlacedData;
  readonly #keys = new Map<Data, ReadonlyMap<string, number>>();

  constructor(text: string, placed: PlacedData) {
    this.#text = text;
    this.#placed = placed;
  }

  /** Give the offset of the key of an entry, or of an item; what does not exist has the place of what is around it. */
  offsetOf(path: DocumentPath): number {
    let offset = 0;
    let data: Data = this.#placed.data;
    for (const segment of path) {
      const found = typeof segment === 'number' ? this.#ofItem(data, segment) : this.#ofKey(data, segment);
      if (found === undefined) break;
      offset = found;
      data = (typeof segment === 'number' ? (data as readonly Data[])[segment] : entryOf(data, segment)) ?? null;
    }
    return offset;
  }

  #ofItem(data: Data, index: number): number | undefined {
    return isDataList(data) ? this.#placed.offsets.get(data)?.[index] : undefined;
  }

  #ofKey(data: Data, key: string): number | undefined {
    return isDataMap(data) ? this.#keysOf(data).get(key) : undefined;
  }

  /** Of two entries with the same key the last one counts, whose value Heat takes. */
  #keysOf(data: Data): ReadonlyMap<string, number> {
    const known = this.#keys.get(data);
    if (known !== undefined) return known;
    const offsets = this.#placed.offsets.get(data) ?? [];
    const keys = new Map(offsets.map((at) => [stringAt(this.#text, at, stringEnd(this.#text, at)), at]));
    this.#keys.set(data, keys);
    return keys;
  }
}
