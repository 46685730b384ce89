import type { HeddleError } from '../../errors/heddle-error.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import type { NodeSession } from '../node-session.ts';
import type { WaitFacts } from './messages.ts';
import type { Needs } from './needs.ts';
import type { ReadInput } from './peer-input.ts';
import type { RunValues } from './run-values.ts';

export interface AwaitRequest {
  readonly role: string;
  readonly input: ReadInput;
  /** The reader's place, `recipes/app.rb:14`. */
  readonly source?: string;
  /** A read off the role's main thread: recorded, but no edge of the wait-for graph. @default false */
  readonly background?: boolean;
  /** False: fail with `missing-value` instead of waiting. @default true */
  readonly wait?: boolean;
  /** Milliseconds, > 0: shorter than the input's own deadline. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What the run of the role has read so far; this read takes its values from there first, and adds to it. @default nothing */
  readonly run?: RunValues;
  /** The node's own working folder. */
  readonly directory: string;
  /** The value that the reader's own role has for one of its outputs; undefined: nothing yet. */
  readonly local: (output: string) => Json | undefined;
  /** Resolves when what the role has written so far is acknowledged: before that it has not stopped. @default at once */
  readonly written?: () => Promise<void>;
}

export interface AwaitResult {
  readonly value: Json;
  /** Milliseconds from the call to the value. */
  readonly waitedMs: number;
  /** `NODE.OUTPUT` to the revision that was read. */
  readonly revisions: Readonly<Record<string, Rev>>;
  /** Why the value is the input's default, and no other. */
  readonly absence?: HeddleError;
}

/** What an awaiter tells while reads wait. Nothing of it holds a value. */
export interface AwaitObserver {
  waiting(record: WaitRecord): void;
  /** Called every 15 s of a wait. */
  stillWaiting(facts: WaitFacts, leftMs: number): void;
  /** A wait record could not be written; the wait itself goes on. */
  recordFailed(error: Error): void;
}

/** Milliseconds that a read may take in all. */
export function deadlineOf({ input, timeoutMs }: AwaitRequest): number {
  return Math.min(input.deadlineMs, timeoutMs ?? Number.POSITIVE_INFINITY);
}

/** Gather what messages tell of a read. `needs` is undefined before it is known what the read needs. */
export function factsOf(
  { node, clock }: NodeSession,
  { role, input, source }: AwaitRequest,
  needs: Needs | undefined,
  waitedMs: number,
): WaitFacts {
  return {
    node,
    role,
    input,
    source,
    waitedMs,
    missing: needs?.missing() ?? [],
    nowMs: clock.wallMs(),
    isStoreDown: needs?.isStoreDown ?? false,
  };
}
