/** Stored at `incarnations/<node>`: its revision is the right to write for the node. */
export interface IncarnationRecord {
  readonly incarnation: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The roles that this agent answers for, those of its start first, the one that was typed last; absent: all of its node. */
  readonly roles?: readonly string[];
  /** Taken to fence an agent that was declared lost, not by another agent. */
  readonly isLost?: true;
  /** Taken to fence whoever had the node, before an agent is started for it. */
  readonly isReserved?: true;
}
