import { createHash } from 'node:crypto';
import { type Data, type DataMap, writeData } from '../read/data.ts';

/** The values that Heat resolves for one node, by the ids that the plan gives them. */
export class StaticBindings {
  readonly #values = new Map<string, Data>();

  /**
   * Give the id of a value; the same text of the template has one id.
   *
   * The id is a digest of the text: a machine of an older template then lacks the id, where a mere number would give it another value.
   */
  idOf(data: Data): string {
    return this.#keep(writeData(data), data);
  }

  /** Give the id of a value that nobody who sees the id shall be able to guess at: that of its place in the template. */
  idOfPlace(place: readonly string[], data: Data): string {
    return this.#keep(JSON.stringify(place), data);
  }

  #keep(text: string, data: Data): string {
    const id = `s${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
    this.#values.set(id, data);
    return id;
  }

  /** The map from id to value that goes into the machine's user data. */
  get values(): DataMap {
    return Object.fromEntries(this.#values);
  }
}
