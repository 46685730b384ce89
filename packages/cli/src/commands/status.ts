import {
  abortedBy,
  type DeploymentState,
  readShownState,
  type StatusView,
  statusView,
  systemClock,
} from '@heddle/core';
import { type Command } from 'commander';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import { findDeployment, otherStore, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { statusTable } from '../output/status-table.ts';

interface Options extends DeploymentOptions {
  readonly output: string;
  readonly epoch?: string;
  readonly watch?: boolean;
}

/** `heddle status`: what every role is doing. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('show nodes, roles and waits of a deployment')
    .option('-w, --watch', 'show every change until all roles have ended, or another epoch has begun')
    .option('--epoch <number>', 'another epoch than the current one')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
With --watch one table stays in place on a terminal; elsewhere a table is printed per change, at most one every 2 s, and with -o json one line.

Examples:
  heddle status
  heddle status --watch
  heddle status -o json | jq .roles`,
    )
    .action(status);
}

async function status(options: Options): Promise<void> {
  const found = await findDeployment(options);
  const epoch = await chosenEpoch(options.epoch);
  await withStore(found, async (store) => {
    const first = await readShownState(store, found.deployment, epoch);
    const format = (state: DeploymentState) =>
      statusText(state, options.output, options.watch === true, otherStore(found));
    if (options.watch !== true) {
      process.stdout.write(format(first));
      return;
    }
    const { watchStatus } = await import('../output/watch-status.ts');
    await watchStatus(store, first, format, options.output === 'table');
  });
}

function aborted({ abort }: StatusView): string {
  return abort === undefined ? '' : `: ${abortedBy(abort)}`;
}

function scaled({ scaled: groups }: StatusView): string {
  if (groups === undefined) return '';
  const sizes = Object.entries(groups).map(([group, count]) => `${group}=${count}`);
  return `\nscaled in this epoch: ${sizes.join(' ')}`;
}

function statusText(state: DeploymentState, format: string, isStream: boolean, store: string | undefined): string {
  const view = statusView(state, systemClock.wallMs());
  if (isStream && format === 'json') return `${JSON.stringify(view)}\n`;
  const head = `deployment ${view.deployment}, epoch ${view.epoch}${view.isOpen ? '' : ' (closed)'}${store === undefined ? '' : ` (store ${store})`}${aborted(view)}${scaled(view)}\n`;
  const text = formatListing(view, format, () => `${head}${statusTable(view, { width: process.stdout.columns })}\n`);
  return isStream && format === 'yaml' ? `---\n${text}` : text;
}
