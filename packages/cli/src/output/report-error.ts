import { type ErrorData, formatError } from '@heddle/core';
import pc from 'picocolors';

/** Print an error to stderr; colour only where a person looks. */
export function reportError(error: ErrorData & { cause?: unknown }): void {
  const text = formatError(error);
  const [first = '', ...rest] = text.split('\n');
  const colours = pc.createColors(process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined);
  process.stderr.write(`${[colours.red(`heddle: ${first}`), ...rest].join('\n')}\n`);
}
