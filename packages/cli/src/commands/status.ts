import { openStore } from '@heddle/agent';
import { readState, statusView, systemClock } from '@heddle/core';
import type { Command } from 'commander';
import { formatListing, outputOption } from '../output/listing.ts';
import { statusTable } from '../output/status-table.ts';
import { type DeploymentOptions, deploymentOptions, findDeployment } from '../deployment/find.ts';

interface Options extends DeploymentOptions {
  readonly output: string;
  readonly epoch?: string;
}

/** `heddle status`: what every role is doing. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('show nodes, roles and waits of a deployment')
    .option('--epoch <number>', 'another epoch than the current one')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText('after', '\nExamples:\n  heddle status\n  heddle status -o json | jq .roles')
    .action(async (options: Options) => {
      const { storeUrl, deployment } = await findDeployment(options);
      const store = await openStore(storeUrl);
      try {
        const view = statusView(await readState(store, deployment, options.epoch), systemClock.wallMs());
        const head = `deployment ${view.deployment}, epoch ${view.epoch}${view.isOpen ? '' : ' (closed)'}\n`;
        process.stdout.write(formatListing(view, options.output, () => `${head}${statusTable(view, { width: process.stdout.columns })}\n`));
      } finally {
        await store.close();
      }
    });
}
