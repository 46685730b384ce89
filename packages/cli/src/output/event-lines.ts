import type { AgentEvent } from '@heddle/agent';
import { formatDuration, formatError } from '@heddle/core';

/** How many outputs a line names. */
const mostNamed = 20;

/**
 * Write one event as a log line; undefined for events that a log leaves out.
 *
 * @param withOutput  True: lines of the CM run's own output too.
 */
export function eventLine(event: AgentEvent, withOutput: boolean): string | undefined {
  const text = eventText(event, withOutput);
  if (text === undefined) return undefined;
  const head = `${event.time.slice(11, 19)} ${event.node}${'role' in event && event.role !== undefined ? ` ${event.role}` : ''}`;
  return `${head.padEnd(28)} ${text}`;
}

function eventText(event: AgentEvent, withOutput: boolean): string | undefined {
  switch (event.type) {
    case 'role':
      return roleText(event);
    case 'skipped':
      return `${event.state} before; not run again`;
    case 'wait':
      return `waits for ${someOf(event.missing)}${event.source === undefined ? '' : ` (${event.source})`}`;
    case 'still-waiting':
      return event.text;
    case 'received':
      return receivedText(event);
    case 'published':
      return `published ${event.output}`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'error':
      return formatError(event.error);
    case 'output':
      return withOutput ? `| ${event.line}` : undefined;
    case 'began':
    case 'held':
    case 'step':
      return undefined;
  }
}

function receivedText({ input, waitedMs, absence }: Extract<AgentEvent, { type: 'received' }>): string | undefined {
  const after = `after ${formatDuration(waitedMs)}`;
  if (absence !== undefined) return `took the default of ${input} ${after}: ${formatError({ ...absence, next: [] })}`;
  return waitedMs < 250 ? undefined : `got ${input} ${after}`;
}

function roleText({ state, elapsedMs, blockedMs }: Extract<AgentEvent, { type: 'role' }>): string {
  if (elapsedMs === undefined) return state;
  const blocked = blockedMs === undefined || blockedMs < 250 ? '' : `, of which it waited ${formatDuration(blockedMs)}`;
  return `${state} after ${formatDuration(elapsedMs)}${blocked}`;
}

function someOf(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
