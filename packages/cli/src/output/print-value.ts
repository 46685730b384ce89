import type { Json } from '@heddle/core';

export type ValueFormat = 'text' | 'json';

/** Print a value for a script: a string as it is and one newline, anything else as JSON; with `json` always JSON. */
export function printValue(value: Json, format: ValueFormat = 'text'): void {
  process.stdout.write(`${typeof value === 'string' && format === 'text' ? value : JSON.stringify(value)}\n`);
}
