/** A gather that is not complete, as a part of a wait. */
export interface WaitGather {
  readonly group: string;
  readonly output: string;
  /** The role that produces it in each member. */
  readonly role: string;
  readonly count: number;
  /** How many members are enough. */
  readonly needed: number;
}

/** Stored at `waits/<node>/<role>/<number>`, tied to the session. Holds no values. */
export interface WaitRecord {
  readonly node: string;
  readonly role: string;
  /** The agent start that wrote it. */
  readonly incarnation?: string;
  /** Attribute path of the input, dotted. */
  readonly input: string;
  /** The outputs that are still absent, `NODE.OUTPUT`, and how many there are: at most 200 that are needed each by itself, and 20 in all with gathers' members. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  /** The gathers among them; `missing` names some of their members. */
  readonly gathers?: readonly WaitGather[];
  /** With gathers: how many of `missing`, from its begin, are needed each by itself. @default all */
  readonly missingAlone?: number;
  /** The producers' roles, `NODE.ROLE`, same order as `missing`. */
  readonly producers: readonly string[];
  /** The reader's place, `recipe.rb:12`, if known. */
  readonly source?: string;
  /** ISO 8601 times. */
  readonly since: string;
  readonly deadline: string;
  /** False for reads off the role's main thread. */
  readonly edge: boolean;
  /** The outputs of its node that were published when it was recorded, also by earlier runs; while an edge waits only roles at the agent's start publish others. */
  readonly written?: readonly string[];
  /** True: when the value cannot come, the reader gets a default. @default false */
  readonly hasDefault?: boolean;
}
