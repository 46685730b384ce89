import { isHeddleError, toHeddleError } from '@heddle/core';
import { CommanderError } from 'commander';
import { reportError } from './output/report-error.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  } else {
    const error = toHeddleError(thrown);
    reportError(error);
    // A fault of ours comes with the stack that helps to find it; a foreseen error does not.
    if (!isHeddleError(thrown) && thrown instanceof Error && process.env['HEDDLE_DEBUG']) process.stderr.write(`${thrown.stack}\n`);
    process.exitCode = error.exitCode;
  }
}
