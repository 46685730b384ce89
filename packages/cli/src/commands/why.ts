import { readRunner, readWhyState, systemClock, whyView } from '@heddle/core';
import type { Command } from 'commander';
import { agentCommand, shellLine } from '../deployment/agent-command.ts';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import { findDeployment, otherStore, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { whyText } from '../output/why-text.ts';
import { nextCommands } from '../views/next-commands.ts';

interface Options extends DeploymentOptions {
  readonly output: string;
  readonly epoch?: string;
}

/** `heddle why`: the chain from a wait or a failed role to its root cause. */
export function addWhy(program: Command): void {
  const command = program
    .command('why')
    .description('explain why a role waits or has failed: who is held up by whom, to the root cause')
    .argument('<target>', "a node, NODE:ROLE or NODE:INPUT; a member of a group as web-0 or 'web[0]'")
    .option('--epoch <number>', 'another epoch than the current one')
    .addOption(outputOption());
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
Without a role or input: the role of the node that waits, else one that failed.

Examples:
  heddle why web-0
  heddle why web-0:app            one role of several
  heddle why 'web[0]:db.port'     one input
  heddle why web-0 -o json | jq .root`,
    )
    .action(why);
}

async function why(target: string, options: Options): Promise<void> {
  const found = await findDeployment(options);
  const epoch = await chosenEpoch(options.epoch);
  const { view, runner } = await withStore(found, async (store) => {
    const state = await readWhyState(store, found.deployment, epoch, target);
    const seen = whyView(state, target, systemClock.wallMs());
    return { view: seen, runner: await readRunner(store, state, seen.root.node) };
  });
  const reach = {
    agentCommand: (node: string) => shellLine(agentCommand({ ...found, epoch: view.epoch, node })),
    ...runner,
  };
  const next = nextCommands(view, reach);
  const store = otherStore(found);
  const head = store === undefined ? '' : `store ${store}\n`;
  process.stdout.write(formatListing({ ...view, next }, options.output, () => head + whyText(view, next)));
}
