/** What the one agent that may write a node's values knows of them. */
export class OwnOutputs {
  readonly #written = new Set<string>();
  /** Those of which a write has begun, whatever came of it: without an answer it may still be made. */
  readonly #begun = new Set<string>();
  #knowsEarlier: boolean;

  /** @param isFirst  True when the node had no agent before. */
  constructor(isFirst: boolean) {
    this.#knowsEarlier = isFirst;
  }

  /** The outputs that are known to be published. */
  get written(): readonly string[] {
    return [...this.#written];
  }

  begin(output: string): void {
    this.#begun.add(output);
  }

  note(output: string): void {
    this.#written.add(output);
  }

  /** All that earlier agents of the node have published is noted. */
  noteEarlier(): void {
    this.#knowsEarlier = true;
  }

  /** Those of these outputs that have no value, as surely as this agent alone may write them. */
  without(outputs: readonly string[]): readonly string[] {
    if (!this.#knowsEarlier) return [];
    return outputs.filter((output) => !this.#written.has(output) && !this.#begun.has(output));
  }
}
