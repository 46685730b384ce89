import { formatError } from '@heddle/core';
import { eventLine } from '../output/event-lines.ts';
import { summaryText } from '../output/summary.ts';
import type { UpDisplay } from './display.ts';

export interface LogDisplayOptions {
  /** Lines of the CM runs too. */
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** Prints a line for everything that happens: for logs and pipes. */
export function logDisplay({ verbose, quiet }: LogDisplayOptions): UpDisplay {
  const out = (line: string) => process.stdout.write(`${line}\n`);
  const err = (line: string) => process.stderr.write(`${line}\n`);
  let warnings = 0;
  return {
    note: (text) => (quiet ? undefined : out(`heddle: ${text}`)),
    warn: (text) => (quiet ? undefined : err(`heddle: warning: ${text}`)),
    event(event) {
      if (event.type === 'warning') warnings += 1;
      const line = eventLine(event, verbose);
      if (line === undefined) return;
      if (event.type === 'error') err(line);
      else if (!quiet) (event.type === 'warning' ? err : out)(line);
    },
    agentText: (node, line) => err(`${node}: ${line}`),
    failure: (error) => err(`heddle: ${formatError(error)}`),
    show: () => undefined,
    summary: (view) => (quiet ? undefined : out(summaryText(view, warnings))),
    close: () => undefined,
  };
}
