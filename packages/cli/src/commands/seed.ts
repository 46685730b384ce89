import { HeddleError, type Json, type Plan, startEpoch, withoutPassword } from '@heddle/core';
import type { Command } from 'commander';
import { agentCommands, hasPassword, isLocalStore, shellLine } from '../deployment/agent-command.ts';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { loadPlan } from '../deployment/load.ts';
import { storeUrl } from '../deployment/locate.ts';
import { openPlanStore } from '../deployment/open-plan-store.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { plainTable } from '../output/table.ts';
import { durationOption, setOption } from './options.ts';

interface Options {
  readonly store?: string;
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
  readonly output: string;
}

/** `heddle seed`: start an epoch that agents elsewhere run. */
export function addSeed(program: Command): void {
  program
    .command('seed')
    .description('start a new epoch of a deployment in its store, without running anything')
    .argument('<file>', 'the deployment file, or a plan that heddle compile wrote')
    .option('--store <url>', 'the store; default: HEDDLE_STORE, then the file, then embedded in .heddle/DEPLOYMENT')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
The plan of a template is seeded before its stack is created; then the parameters to give to Heat are printed instead of commands.
The epoch before it is closed: its agents can write nothing any more. The command of every node's agent is printed; run it on the node.

Examples:
  heddle seed heddle.yaml --store heddle://127.0.0.1:7470
  heddle seed plan.json --store zk://10.0.0.5:2181/heddle
  heddle seed heddle.yaml -o json | jq -r '.agents[] | select(.node == "db").command | join(" ")'`,
    )
    .action(seed);
}

async function seed(file: string, options: Options): Promise<void> {
  const plan = await loadPlan(file, {
    ...(options.set === undefined ? {} : { params: options.set }),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
  });
  // The machines of a template find their roles' files in the content that they fetch; nothing of it has to be here.
  if (plan.template === undefined) await checkAdapters(plan);
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  const url = storeUrl(plan, options.store);
  if (plan.template !== undefined && url.startsWith('embedded:')) {
    throw new HeddleError(
      'usage',
      `${file} is the plan of a template, and no machine of a stack reaches the store ${url}`,
      {
        next: [`heddle seed ${file} --store zk://HOST:2181/heddle`],
      },
    );
  }
  const store = await openPlanStore(plan, url);
  try {
    const epoch = await startEpoch(store, plan);
    if (plan.template !== undefined) {
      printParameters(plan, epoch.keys.epoch, url, options.output);
      return;
    }
    const agents = agentCommands(plan, epoch, url);
    const data = { deployment: plan.deployment, epoch: epoch.keys.epoch, store: withoutPassword(url), agents };
    if (isLocalStore(url))
      process.stderr.write('note: only this machine reaches the store, so all agents have to run here\n');
    if (hasPassword(url))
      process.stderr.write('note: the store URL holds a password, so set HEDDLE_STORE to it where an agent runs\n');
    process.stdout.write(
      formatListing(data, options.output, () => {
        const table = plainTable(['NODE', 'COMMAND']);
        for (const { node, command } of agents) table.push([node, shellLine(command)]);
        return `deployment ${plan.deployment}, epoch ${epoch.keys.epoch}: ${plan.nodes.length} nodes seeded in ${withoutPassword(url)}\n${table.toString()}\n`;
      }),
    );
  } finally {
    await store.close();
  }
}

/** The machines of a template start their agents themselves: what they need to know are parameters of the stack. */
function printParameters(plan: Plan, epoch: string, url: string, format: string): void {
  const store = withoutPassword(url);
  const parameters = { heddle_epoch: epoch, ...(hasPassword(url) ? {} : { heddle_store: url }) };
  if (isLocalStore(url))
    process.stderr.write('note: only this machine reaches the store, so no machine of a stack will\n');
  if (hasPassword(url)) {
    process.stderr.write(
      'note: the store URL holds a password: give heddle_store in an environment file (-e), not on the command line\n',
    );
  }
  const words = Object.entries(parameters).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]);
  process.stdout.write(
    formatListing({ deployment: plan.deployment, epoch, store, parameters }, format, () => {
      const line = shellLine(['openstack', 'stack', 'create', '-t', 'TEMPLATE', ...words, plan.deployment]);
      return `deployment ${plan.deployment}, epoch ${epoch}: ${plan.nodes.length} nodes seeded in ${store}\n${line}\n`;
    }),
  );
}
