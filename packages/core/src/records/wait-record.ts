/** Stored at `waits/<node>/<role>/<number>`, tied to the session. Holds no values. */
export interface WaitRecord {
  readonly node: string;
  readonly role: string;
  /** Attribute path of the input, dotted. */
  readonly input: string;
  /** The outputs that are still absent, `NODE.OUTPUT`, at most 20, and how many there are. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  /** The producers' roles, `NODE.ROLE`, same order as `missing`. */
  readonly producers: readonly string[];
  /** The reader's place, `recipe.rb:12`, if known. */
  readonly source?: string;
  /** ISO 8601 times. */
  readonly since: string;
  readonly deadline: string;
  /** False for reads off the role's main thread. */
  readonly edge: boolean;
}
