import { type Data, entryOf, isDataList, isDataMap } from './data.ts';
import { type JsonOutline, whole } from './json-outline.ts';
import type { DocumentPath } from './source.ts';

/** One segment of a path, and what it leads to. */
interface Step {
  readonly segment: string | number;
  readonly entry: number;
  readonly data: Data;
}

/**
 * Finds the places of values in JSON by their paths.
 *
 * The keys of a map are read once more when something in it is asked for, and only once: most of a template never is.
 */
export class JsonPlaces {
  readonly #data: Data;
  readonly #outline: JsonOutline;
  readonly #items = new Map<number, readonly number[]>();
  readonly #keys = new Map<number, ReadonlyMap<string, number>>();
  /** Of the path that was asked for last, as far as it exists: the next one begins as it does, mostly. */
  readonly #steps: Step[] = [];

  constructor(data: Data, outline: JsonOutline) {
    this.#data = data;
    this.#outline = outline;
  }

  /** Give the offset of the key of an entry, or of an item; what does not exist has the place of what is around it. */
  offsetOf(path: DocumentPath): number {
    const steps = this.#steps;
    const shared = steps.findIndex(({ segment }, at) => segment !== path[at]);
    if (shared >= 0) steps.length = shared;
    for (const segment of path.slice(steps.length)) {
      const step = this.#step(segment);
      if (step === undefined) break;
      steps.push(step);
    }
    const { entry = whole } = steps.at(-1) ?? {};
    return entry === whole ? 0 : this.#outline.offsetOf(entry);
  }

  #step(segment: string | number): Step | undefined {
    const { entry: parent, data } = this.#steps.at(-1) ?? { entry: whole, data: this.#data };
    const entry =
      typeof segment === 'number' ? this.#itemIn(parent, data, segment) : this.#keyIn(parent, data, segment);
    if (entry === undefined) return undefined;
    const value = typeof segment === 'number' ? (data as readonly Data[])[segment] : entryOf(data, segment);
    return { segment, entry, data: value ?? null };
  }

  #itemIn(parent: number, data: Data, index: number): number | undefined {
    if (!isDataList(data)) return undefined;
    const items = this.#items.get(parent) ?? this.#outline.entriesIn(parent);
    this.#items.set(parent, items);
    return items[index];
  }

  /** Of two entries with the same key the last one counts, whose value Heat takes. */
  #keyIn(parent: number, data: Data, key: string): number | undefined {
    if (!isDataMap(data)) return undefined;
    const outline = this.#outline;
    const keys =
      this.#keys.get(parent) ?? new Map(outline.entriesIn(parent).map((entry) => [outline.keyAt(entry), entry]));
    this.#keys.set(parent, keys);
    return keys.get(key);
  }
}
