import type { HeddleError, Json, RoleState } from '@heddle/core';

/** One read of one run of a role, as the role saw it. */
export interface ReadSeen {
  readonly node: string;
  readonly role: string;
  /** Counts the starts of the node's agent, from 1. */
  readonly run: number;
  /** Counts the takers of the node, agents and verdicts, from 1. */
  readonly incarnation: number;
  /** Which step of the role it is. */
  readonly step: number;
  readonly input: string;
  readonly startedMs: number;
  endedMs?: number;
  outcome?:
    | {
        readonly kind: 'value';
        /** Why a default stands in for the value. */
        readonly absence?: HeddleError | undefined;
        readonly value: Json;
        readonly revisions: Readonly<Record<string, string>>;
      }
    | { readonly kind: 'error'; readonly error: HeddleError };
}

/** A time in which a role waited for the store to take the outputs that it had written. */
export interface WriteSeen {
  readonly node: string;
  readonly role: string;
  /** Counts the starts of the node's agent, from 1. */
  readonly run: number;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** One run of a role. */
export interface RoleSeen {
  readonly node: string;
  readonly role: string;
  readonly run: number;
  readonly incarnation: number;
  readonly startedMs: number;
  /** When the roles that come before it had succeeded. */
  begunMs?: number;
  endedMs?: number;
  /** When it learned that the roles that come before did not succeed, or not in time; its end record may be written long after that. */
  failedToStartMs?: number;
  state?: RoleState;
  error?: HeddleError;
}

/** What the agents of a simulated deployment saw. */
export class Observations {
  /** Agents that have found out what they have to run. */
  readonly begun: { readonly node: string; readonly incarnation: number; readonly atMs: number }[] = [];
  readonly reads: ReadSeen[] = [];
  readonly roles: RoleSeen[] = [];
  readonly writes: WriteSeen[] = [];
  /** Nodes whose running role never ends, by its program. */
  readonly hanging = new Set<string>();
  /** Errors that no agent may have: faults of Heddle. */
  readonly faults: string[] = [];
  /** False: what reads gave is forgotten; a thousand readers of a thousand members have a million values. */
  readonly keepsValues: boolean;

  constructor({ keepsValues = true }: { readonly keepsValues?: boolean } = {}) {
    this.keepsValues = keepsValues;
  }
}
