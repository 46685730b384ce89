import { defaultDeadlineMs, formatDuration, parseCondition, presentOutputs, readState } from '@heddle/core';
import { type Command, Option } from 'commander';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { awaitConditions } from '../wait/await-conditions.ts';
import { outputsOf } from '../wait/condition-follower.ts';
import { durationOption } from './options.ts';

interface Options extends DeploymentOptions {
  readonly for: readonly string[];
  readonly error?: 'any-failed';
  readonly timeout?: number;
  readonly epoch?: string;
  readonly quiet?: boolean;
}

/** `heddle wait`: wait from outside until values are there and roles have got somewhere. */
export function addWait(program: Command): void {
  const command = program
    .command('wait')
    .description('wait until values are there and roles have ended, or never will')
    .requiredOption(
      '--for <condition>',
      'value=NODE.OUTPUT, role=NODE.ROLE:STATE (running, done, ended; default done), group=GROUP:OUTPUT (of all members); may be repeated, then all must hold',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .addOption(
      new Option('--error <what>', 'any-failed: end with 21 as soon as any role of the deployment fails').choices([
        'any-failed',
      ]),
    )
    .option('--timeout <duration>', 'wait at most this long, e.g. 90s; default: 10m', durationOption)
    .option('-q, --quiet', 'print errors only')
    .option('--epoch <number>', 'another epoch than the current one');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
It ends with 0 when all conditions hold, at once with 21 when one of them never will, with 20 after the timeout,
with 23 when the deployment is aborted, with 24 when another epoch begins or the store does not answer.
A line every 15 s says what it waits for and what the producer is doing.

Examples:
  heddle wait --for=value=db.port
  heddle wait --for='role=web[0].app:done' --for=group=web:ip --timeout 10m
  heddle wait --for='role=web[*].app' --error=any-failed && ./smoke-test.sh`,
    )
    .action(wait);
}

async function wait(options: Options): Promise<void> {
  const found = await findDeployment(options);
  const epoch = await chosenEpoch(options.epoch);
  const print = (line: string) => {
    if (options.quiet !== true) process.stderr.write(`${line}\n`);
  };
  await withStore(found, async (store) => {
    const state = await readState(store, found.deployment, epoch);
    const conditions = options.for.map((text) => parseCondition(text, state.nodes));
    const first = { ...state, present: await presentOutputs(store, state, outputsOf(conditions)) };
    const waitedMs = await awaitConditions(store, first, {
      conditions,
      failOnAny: options.error === 'any-failed',
      timeoutMs: options.timeout ?? defaultDeadlineMs,
      print,
    });
    print(`heddle wait: all is there, after ${formatDuration(waitedMs)}`);
  });
}
