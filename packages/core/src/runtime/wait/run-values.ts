import type { Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';

/** A value of an output, as it was read. */
export interface ReadValue {
  readonly value: Json;
  readonly rev: Rev;
}

/** The outputs that one run of a role has read: whatever is published later, each keeps its first value until the run ends. */
export class RunValues {
  readonly #values = new Map<string, ReadValue>();

  /** The value of `NODE.OUTPUT` in this run; undefined while the run has not read it. */
  get(name: string): ReadValue | undefined {
    return this.#values.get(name);
  }

  /** Take what was read of `NODE.OUTPUT`, and return what it is in this run: an earlier read stands. */
  keep(name: string, read: ReadValue): ReadValue {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    this.#values.set(name, read);
    return read;
  }
}
