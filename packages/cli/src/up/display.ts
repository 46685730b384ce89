import type { AgentEvent } from '@heddle/agent';
import type { ErrorData, StatusView } from '@heddle/core';

/** What `heddle up` shows while it runs; one implementation for a terminal, one for logs. */
export interface UpDisplay {
  note(text: string): void;
  warn(text: string): void;
  event(event: AgentEvent): void;
  /** A line that an agent printed outside its events. */
  agentText(node: string, line: string): void;
  failure(error: ErrorData): void;
  /** Take the way to see the latest state; called after every change. */
  show(view: () => StatusView): void;
  summary(view: StatusView): void;
  close(): void;
}
