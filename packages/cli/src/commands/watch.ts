import { once } from 'node:events';
import { readState } from '@heddle/core';
import type { Command } from 'commander';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { watchDeployment } from '../watch/watch-deployment.ts';

interface Options extends DeploymentOptions {
  readonly fromStart?: boolean;
  readonly epoch?: string;
}

/** `heddle watch`: the events of a deployment for programs. */
export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('print the events of a deployment for programs, one JSON object a line')
    .option('--from-start', 'tell what is there first, then what changes')
    .option('--epoch <number>', 'another epoch than the current one');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
Roles and their steps, waits, members, and the names of what is published: never a value. It ends when all roles have
ended, another epoch begins, or on Ctrl-C (130). For people: heddle status --watch.

Examples:
  heddle watch
  heddle watch --from-start | jq -c 'select(.type == "role")'
  heddle watch | grep --line-buffered '"type":"wait"'`,
    )
    .action(watch);
}

async function watch(options: Options): Promise<void> {
  const found = await findDeployment(options);
  const epoch = await chosenEpoch(options.epoch);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  await withStore(found, async (store) => {
    const first = await readState(store, found.deployment, epoch);
    process.once('SIGINT', interrupt);
    try {
      const reason = await watchDeployment(store, first, {
        fromStart: options.fromStart === true,
        write: writeLine,
        signal: interrupted.signal,
      });
      if (reason === 'interrupted') process.exitCode = 130;
    } finally {
      process.off('SIGINT', interrupt);
    }
  });
}

async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
