/** Stored at `abort` of an epoch while it is aborted; its removal lifts that. Holds no values. */
export interface AbortRecord {
  /** Who did it, `root@ops`. */
  readonly by: string;
  /** ISO 8601 time. */
  readonly at: string;
  readonly reason?: string;
  /** True: the epoch is over for good, a newer one was started. @default false */
  readonly isClosed?: boolean;
}
