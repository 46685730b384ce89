import { type ErrorData, formatError, isHeddleError, toHeddleError } from '@heddle/core';
import pc from 'picocolors';

/** Print an error to stderr; colour only where a person looks. */
export function reportError(error: ErrorData & { cause?: unknown }): void {
  const text = formatError(error);
  const [first = '', ...rest] = text.split('\n');
  const colours = pc.createColors(process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined);
  process.stderr.write(`${[colours.red(`heddle: ${first}`), ...rest].join('\n')}\n`);
}

/** Print what a command threw, and give the exit code that goes with it. */
export function reportThrown(thrown: unknown): number {
  const error = toHeddleError(thrown);
  reportError(error);
  // A fault of ours comes with the stack that helps to find it; a foreseen error does not.
  if (!isHeddleError(thrown) && thrown instanceof Error && process.env['HEDDLE_DEBUG'])
    process.stderr.write(`${thrown.stack}\n`);
  return error.exitCode;
}
