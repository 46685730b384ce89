import { formatDuration, type Json } from '@heddle/core';
import pc from 'picocolors';
import type { OutputView } from '../views/outputs.ts';
import { cut, plainTable, type TableOptions } from './table.ts';

/** What stands for a sensitive value. */
const mask = '********';
const longestSource = 32;

/** Write outputs as a table, one a line; values are cut to what the terminal leaves for them. */
export function outputsTable(views: readonly OutputView[], options: TableOptions = {}): string {
  const rows = views.map((view) => ({
    name: view.name,
    state: view.state,
    type: view.type ?? '-',
    value: valueText(view),
    role: view.role,
    revision: view.revision ?? '-',
    age: view.ageMs === undefined ? '-' : formatDuration(Math.round(view.ageMs / 1000) * 1000),
    source: cut(view.source ?? '-', longestSource),
  }));
  const widest = (values: readonly string[]) => Math.max(0, ...values.map((value) => value.length));
  const others = rows.map((row) => [row.name, row.state, row.type, row.role, row.revision, row.age, row.source]);
  const taken = [0, 1, 2, 3, 4, 5, 6].reduce(
    (sum, column) => sum + 2 + Math.max(6, widest(others.map((row) => row[column] ?? ''))),
    0,
  );
  const valueWidth = Math.max(16, (options.width ?? 120) - taken);
  const colours = pc.createColors(
    options.colour ?? (process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined),
  );
  const colourOf = { present: colours.green, absent: colours.yellow, failed: colours.red };

  const table = plainTable(['OUTPUT', 'STATE', 'TYPE', 'VALUE', 'ROLE', 'REV', 'AGE', 'SOURCE']);
  for (const row of rows) {
    table.push([
      row.name,
      colourOf[row.state](row.state),
      row.type,
      cut(row.value, valueWidth),
      row.role,
      row.revision,
      row.age,
      row.source,
    ]);
  }
  return table.toString();
}

function valueText(view: OutputView): string {
  if (view.state === 'absent') return '-';
  if (view.state === 'failed') return view.roleState === 'done' ? 'never written' : `role ${view.roleState}`;
  return view.sensitive ? mask : oneLine(view.value as Json);
}

function oneLine(value: Json): string {
  return typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
}
