/** Stored at `retries/<node>` until an agent of the node takes it. Holds no values. */
export interface RetryRecord {
  /** Names of the node's roles that are to be run again. */
  readonly roles: readonly string[];
  /** Who asked last, `root@ops`. */
  readonly by: string;
  /** ISO 8601 time. */
  readonly at: string;
}
