import type { AfterObserver, AwaitObserver } from '@heddle/core';
import type { EventHub } from './events.ts';
import { describeWait } from './wait-text.ts';

/** Tell what a node waits for as events. */
export function waitObserver(events: EventHub): AwaitObserver & AfterObserver {
  return {
    waiting: ({ role, input, missing, source, since, deadline }) =>
      events.emit({
        type: 'wait',
        role,
        input,
        missing,
        since,
        deadline,
        ...(source === undefined ? {} : { source }),
      }),
    stillWaiting: (facts, leftMs) =>
      events.emit({ type: 'still-waiting', role: facts.role, text: describeWait(facts, leftMs) }),
    stillToRun: (role, text) => events.emit({ type: 'still-waiting', role, text }),
    recordFailed: (error) => events.emit({ type: 'warning', message: `a wait cannot be recorded: ${error.message}` }),
  };
}
