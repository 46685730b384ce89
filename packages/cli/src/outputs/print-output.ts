import { defaultDeadlineMs, HeddleError, parseDuration, systemClock, toHeddleError } from '@heddle/core';
import type { GetOptions } from '../commands/get.ts';
import { findDeployment, withStore } from '../deployment/find.ts';
import { absenceCodes } from '../inside/get-input.ts';
import { printValue } from '../output/print-value.ts';
import { absenceError } from './absence.ts';
import { awaitTarget } from './await-target.ts';
import { readOutputs } from './read-outputs.ts';
import { findTarget, type Target, targetValue } from './target.ts';

/**
 * Print what a node has published; with `--wait` when it is there.
 *
 * @throws missing-value (20) while it is absent, an error of 21 when it will never come, denied for a sensitive value without `--reveal`.
 */
export async function printOutput(name: string, options: GetOptions): Promise<void> {
  const timeoutMs = options.timeout === undefined ? defaultDeadlineMs : parseDuration(options.timeout);
  const found = await findDeployment(options);
  try {
    await withStore(found, async (store) => {
      const state = await readOutputs(store, found.deployment, options.epoch);
      const first = { state, target: findTarget(state, name, systemClock.wallMs()) };
      // What is not there cannot be revealed either; who waits learns beforehand that it will be refused.
      if (options.wait === true || isThere(first.target)) checkSensitive(first.target, options.reveal === true);
      const { target, state: latest } = options.wait === true ? await awaitTarget(store, first, timeoutMs) : first;
      if (!isThere(target)) throw absenceError(target, latest, systemClock.wallMs());
      printValue(targetValue(target, latest), options.output);
    });
  } catch (thrown) {
    if (options.default === undefined || !absenceCodes.has(toHeddleError(thrown).code)) throw thrown;
    printValue(options.default, options.output);
  }
}

function isThere({ outputs }: Target): boolean {
  return outputs.every((output) => output.state === 'present');
}

function checkSensitive({ outputs, text }: Target, isRevealed: boolean): void {
  if (isRevealed || !outputs.some((output) => output.sensitive)) return;
  throw new HeddleError('denied', `${text} is sensitive, so it is not printed`, {
    next: ['--reveal prints it all the same; mind who reads this terminal or log'],
  });
}
