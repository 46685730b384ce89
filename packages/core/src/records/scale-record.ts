/** Stored at `scale`: the groups that grew in this epoch, beyond what it was begun with. */
export interface ScaleRecord {
  /** Group name to its number of members now. */
  readonly groups: Readonly<Record<string, number>>;
  /** Who asked last, `root@ops`. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** False: the plan is being written; whoever starts nodes waits for true. Doing the same again finishes what was interrupted. */
  readonly isReady: boolean;
  /** While it is not ready: the new members, whose credentials may not have been written anywhere. */
  readonly joining?: readonly string[];
}
