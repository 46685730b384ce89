import { suggest, systemClock } from '@heddle/core';
import type { Command } from 'commander';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { outputsTable } from '../output/outputs-table.ts';
import { readOutputs } from '../outputs/read-outputs.ts';
import { outputsView } from '../views/outputs.ts';

interface Options extends DeploymentOptions {
  readonly output: string;
  readonly epoch?: string;
}

/** `heddle ls`: what has been published, and what has not. */
export function addLs(program: Command): void {
  const command = program
    .command('ls')
    .description('list the outputs of a deployment: published, absent, and failed')
    .argument('[prefix]', 'only outputs whose name begins like this, e.g. db., web-1, db.port', '')
    .option('--epoch <number>', 'another epoch than the current one')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
absent: not written yet; failed: its role has ended, so it will never come. Sensitive values are never shown.

Examples:
  heddle ls
  heddle ls web-
  heddle ls -o json | jq -r '.outputs[] | select(.state == "absent").name'`,
    )
    .action(list);
}

async function list(prefix: string, options: Options): Promise<void> {
  const found = await findDeployment(options);
  const state = await withStore(found, (store) => readOutputs(store, found.deployment, options.epoch));
  const outputs = outputsView(state, systemClock.wallMs()).filter((view) => view.name.startsWith(prefix));
  if (outputs.length === 0 && prefix !== '') {
    const names = state.nodes.map(({ name }) => name);
    process.stderr.write(`heddle: no output begins with ${prefix}${suggest(prefix, names, 'the nodes are')}\n`);
  }
  const data = { deployment: state.deployment, epoch: state.epoch, outputs };
  process.stdout.write(
    formatListing(data, options.output, () => `${outputsTable(outputs, { width: process.stdout.columns })}\n`),
  );
}
