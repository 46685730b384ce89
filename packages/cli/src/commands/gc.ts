import { type PastEpoch, removeClosedEpochs } from '@heddle/core';
import { type Command, InvalidArgumentError } from 'commander';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { plainTable } from '../output/table.ts';

interface Options extends DeploymentOptions {
  readonly keep: number;
  readonly dryRun?: boolean;
  readonly output: string;
}

/** `heddle gc`: remove the epochs that are over. */
export function addGc(program: Command): void {
  const command = program
    .command('gc')
    .description('remove closed epochs of a deployment from its store')
    .option('--keep <number>', 'closed epochs that stay, the newest ones', wholeNumber, 0)
    .option('--dry-run', 'only show what would be removed')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
An epoch is closed when the next one starts. Nobody reads it any more, but all of its records and values stay until they are removed; what is sensitive
is gone already. The current epoch is never touched. A closed one whose agents are still connected stays until they have ended.

Examples:
  heddle gc
  heddle gc --dry-run --keep 3
  heddle gc --store zk://10.0.0.5:2181/heddle --deployment shop -o json`,
    )
    .action(collect);
}

async function collect(options: Options): Promise<void> {
  const found = await findDeployment(options);
  const epochs = await withStore(found, (store) =>
    removeClosedEpochs(store, found.deployment, {
      keep: options.keep,
      isDryRun: options.dryRun === true,
      onCorrupt: ({ message }) => process.stderr.write(`warning: ${message}\n`),
    }),
  );
  const data = { deployment: found.deployment, epochs };
  process.stdout.write(formatListing(data, options.output, () => tableOf(epochs)));
  for (const { epoch, state, users } of epochs) {
    if (state !== 'in-use') continue;
    process.stderr.write(`note: epoch ${epoch} stays until these have ended: ${users.join(', ')}\n`);
  }
  if (epochs.length === 0) process.stderr.write(`heddle: deployment ${found.deployment} has no closed epoch\n`);
}

function tableOf(epochs: readonly PastEpoch[]): string {
  if (epochs.length === 0) return '';
  const table = plainTable(['EPOCH', 'ENTRIES', 'STATE']);
  for (const { epoch, entries, state } of epochs) table.push([epoch, String(entries), state]);
  return `${table.toString()}\n`;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a whole number`);
}
