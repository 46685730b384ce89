import type { ErrorData } from '../errors/heddle-error.ts';

export type RoleState = 'pending' | 'running' | 'done' | 'failed' | 'aborted' | 'lost';

/** True for a state in which the role writes nothing more in this incarnation. */
export function isEnded(state: RoleState): boolean {
  return state !== 'pending' && state !== 'running';
}

/** True for a role whose agent ended because the `heddle up` that had started it did. */
export function wasLeft({ error }: Pick<RoleRecord, 'error'>): boolean {
  return error?.details?.['isLeft'] === true;
}

/** The key in `inputRevisions` of a group's size. */
export function groupRevision(group: string): string {
  return `${group}[*]`;
}

/** True for a name that stands for the size of a group. */
export function isGroupRevision(name: string): boolean {
  return name.endsWith(groupRevision(''));
}

/** Stored at `roles/<node>/<role>`. Holds no values. The end record is the role's last write. */
export interface RoleRecord {
  readonly state: RoleState;
  readonly node: string;
  readonly role: string;
  /** The agent start that wrote it. */
  readonly incarnation: string;
  /** ISO 8601 times. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** What it is doing now: the CM tool's resource or task. */
  readonly step?: string;
  readonly stepAt?: string;
  /** How many resources or tasks have changed something so far, when the tool tells. */
  readonly updated?: number;
  /** Milliseconds that its reads have waited so far. */
  readonly blockedMs?: number;
  readonly exitCode?: number;
  readonly error?: ErrorData;
  /** The last lines of the CM run's output, at most 2 KB, sensitive values masked. */
  readonly tail?: string;
  /** Outputs that hold only a default or a saved value so far, and are held back until the role ends. */
  readonly held?: readonly string[];
  /** Names of declared outputs that it did not write. */
  readonly unwritten?: readonly string[];
  /**
   * Names of declared outputs that have no value, of no run: nobody need look. Only in an end record, and only where its agent is sure;
   * values are written by running roles alone, so it is so as long as this record stands.
   */
  readonly withoutValue?: readonly string[];
  /** Attribute paths, dotted, of inputs that it never asked for. */
  readonly unread?: readonly string[];
  /** Attribute paths, dotted, of inputs of which it took the default, because their value did not come. */
  readonly defaulted?: readonly string[];
  /** Of outputs that it could not write: why, by name. */
  readonly absent?: Readonly<Record<string, string>>;
  /** Digest of the role's definition and outputs. */
  readonly digest?: string;
  /** `NODE.OUTPUT` to the revision that it read; `GROUP[*]` to the size of a group of which it has looked up members by name. */
  readonly inputRevisions?: Readonly<Record<string, string>>;
}
