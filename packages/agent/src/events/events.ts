import type { ErrorData, RoleState } from '@heddle/core';

/** What an agent tells; one JSON object a line on `/v1/events`. New fields may come, none holds a value. */
export type AgentEvent = { readonly time: string; readonly node: string } & (
  | {
      readonly type: 'role';
      readonly role: string;
      readonly state: RoleState;
      readonly blockedMs?: number;
      readonly elapsedMs?: number;
    }
  /** The node is this agent's now, by this incarnation; again when it was declared lost meanwhile. */
  | { readonly type: 'began'; readonly incarnation: string }
  /** Not run, as it ended before like this in the same epoch. */
  | { readonly type: 'skipped'; readonly role: string; readonly state: RoleState }
  | {
      readonly type: 'step';
      readonly role: string;
      readonly step: string;
      /** How many resources or tasks have changed something so far, when the tool tells. */
      readonly updated?: number;
    }
  | {
      readonly type: 'wait';
      readonly role: string;
      readonly input: string;
      readonly missing: readonly string[];
      readonly source?: string;
      readonly since: string;
      readonly deadline: string;
    }
  | { readonly type: 'still-waiting'; readonly role: string; readonly text: string }
  | {
      readonly type: 'received';
      readonly role: string;
      readonly input: string;
      readonly waitedMs: number;
      /** Why it is the input's default. */
      readonly absence?: ErrorData;
    }
  | { readonly type: 'published'; readonly role: string; readonly output: string; readonly revision: string }
  | { readonly type: 'held'; readonly role: string; readonly output: string }
  | { readonly type: 'warning'; readonly role?: string; readonly message: string }
  | { readonly type: 'error'; readonly role?: string; readonly error: ErrorData }
  | { readonly type: 'output'; readonly role: string; readonly line: string; readonly from: 'stdout' | 'stderr' }
);

type WithoutHead<T> = T extends unknown ? Omit<T, 'time' | 'node'> : never;

/** An event before the agent adds time and node. */
export type EventBody = WithoutHead<AgentEvent>;

/** Hands events to listeners, in order; keeps nothing. */
export class EventHub {
  readonly #node: string;
  readonly #listeners = new Set<(event: AgentEvent) => void>();

  constructor(node: string) {
    this.#node = node;
  }

  emit(body: EventBody): void {
    const event = { time: new Date().toISOString(), node: this.#node, ...body } as AgentEvent;
    for (const listener of this.#listeners) listener(event);
  }

  /** Listen; the returned function ends it. */
  listen(listener: (event: AgentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
