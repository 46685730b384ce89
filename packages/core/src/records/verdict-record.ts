/** One edge of a cycle of waits: a role waits for what another one has not written. */
export interface CycleEdge {
  readonly node: string;
  readonly role: string;
  /** The role that it waits for. */
  readonly producer: { readonly node: string; readonly role: string };
  /** The output that it waits for, `NODE.OUTPUT`; undefined: it waits for the end of that role. */
  readonly output?: string;
  /** The input that it reads; `after` for roles that come before; undefined: the producer is an earlier role of its node. */
  readonly input?: string;
  /** The reader's place, `recipe.rb:12`, if known. */
  readonly source?: string;
}

/** Stored at `verdicts/<node>/<role>/<number>`: the wait with that number can never end by itself. Holds no values. */
export interface VerdictRecord {
  readonly kind: 'deadlock';
  /** The revision of the wait's record: a later wait with the same number is another one. */
  readonly wait: string;
  /** A shortest cycle that the wait is part of; it begins with this wait. */
  readonly cycle: readonly CycleEdge[];
  /** What would break the cycle, for a person. */
  readonly suggestion: string;
  /** What goes on once that is done. A changed plan needs a new epoch, a changed recipe does not. */
  readonly command: 'heddle up' | 'heddle up --resume';
  /** What would do as well, a second thing to try, with its command. */
  readonly otherwise?: string;
  /** ISO 8601 time. */
  readonly at: string;
}
