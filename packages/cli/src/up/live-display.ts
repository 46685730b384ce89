import type { StatusView } from '@heddle/core';
import { formatError } from '@heddle/core';
import { createLogUpdate } from 'log-update';
import { eventLine } from '../output/event-lines.ts';
import { statusTable } from '../output/status-table.ts';
import { summaryText } from '../output/summary.ts';
import type { UpDisplay } from './display.ts';

/** Redraw at most this often, in ms; times in the table move on without events. */
const redrawMs = 200;

/** Shows one table that stays in place: for a terminal. Errors and warnings are printed above it. */
export function liveDisplay({ verbose }: { readonly verbose: boolean }): UpDisplay {
  const update = createLogUpdate(process.stdout);
  let latest: (() => StatusView) | undefined;
  let warnings = 0;
  const draw = () => {
    if (latest !== undefined) update(statusTable(latest(), { width: process.stdout.columns }));
  };
  const timer = setInterval(draw, redrawMs);
  const above = (text: string) => {
    update.clear();
    process.stdout.write(`${text}\n`);
    draw();
  };
  return {
    note: (text) => above(`heddle: ${text}`),
    warn: (text) => above(`heddle: warning: ${text}`),
    event(event) {
      if (event.type === 'warning') warnings += 1;
      const isWorthALine = event.type === 'error' || event.type === 'warning' || (verbose && event.type === 'output');
      const line = isWorthALine ? eventLine(event, verbose) : undefined;
      if (line !== undefined) above(line);
    },
    agentText: (node, line) => above(`${node}: ${line}`),
    failure: (error) => above(`heddle: ${formatError(error)}`),
    show: (view) => {
      latest = view;
    },
    summary(view) {
      clearInterval(timer);
      update.clear();
      process.stdout.write(`${summaryText(view, warnings)}\n`);
    },
    close() {
      clearInterval(timer);
      update.done();
    },
  };
}
