import { type Data, type DataMap, writeData } from '../read/data.ts';

/** The values that Heat resolves for one node, by the ids that the plan gives them. */
export class StaticBindings {
  readonly #ids = new Map<string, string>();
  readonly #values = new Map<string, Data>();

  /** Give the id of a value; the same text of the template has one id. */
  idOf(data: Data): string {
    const text = writeData(data);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = `s${this.#ids.size}`;
    this.#ids.set(text, id);
    this.#values.set(id, data);
    return id;
  }

  /** The map from id to value that goes into the machine's user data. */
  get values(): DataMap {
    return Object.fromEntries(this.#values);
  }
}
