import { dirname, join } from 'node:path';
import { HeddleError, type Json, type Store, startEpoch, withoutPassword, withoutUser } from '@heddle/core';
import type { Command } from 'commander';
import { agentCommands, hasPassword, isLocalStore, shellLine } from '../deployment/agent-command.ts';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { keepCredentials, prepareCredentials } from '../deployment/keep-credentials.ts';
import { loadPlan } from '../deployment/load.ts';
import { storeUrl } from '../deployment/locate.ts';
import { openPlanStore } from '../deployment/open-plan-store.ts';
import { prepareEnvironment, tellStack } from '../heat/stack-environment.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { plainTable } from '../output/table.ts';
import { type AccessOptions, accessOption, durationOption, setOption } from './options.ts';

interface Options extends AccessOptions {
  readonly credentials?: string;
  readonly environment?: string;
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
    .addOption(accessOption())
    .option(
      '--credentials <folder>',
      "where the nodes' credentials are written, FOLDER/EPOCH/NODE.json; default: .heddle/DEPLOYMENT/credentials",
    )
    .option(
      '--environment <file>',
      "template: where what is secret of the stack's parameters is written, for openstack stack create -e; default: environment.json beside the plan",
    )
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
    const access = options.access ?? 'best';
    if (plan.template !== undefined) {
      const environment = options.environment ?? join(dirname(file), 'environment.json');
      if (access !== 'shared') await prepareEnvironment(environment, store);
      const epoch = await startEpoch(store, plan, { access });
      process.stdout.write(await tellStack(plan, epoch, url, { environment, format: options.output }));
      return;
    }
    if (access !== 'shared') await prepareCredentials(plan, store, options.credentials);
    const epoch = await startEpoch(store, plan, { access });
    const files = await keepCredentials(plan, epoch, options.credentials);
    printNotes(store, url, files);
    const agents = agentCommands(plan, epoch, files.size === 0 ? url : withoutUser(url), files).map((agent) => {
      const file = files.get(agent.node);
      return file === undefined ? agent : { ...agent, credentials: file };
    });
    const data = { deployment: plan.deployment, epoch: epoch.keys.epoch, store: withoutPassword(url), agents };
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

function printNotes({ capabilities }: Store, url: string, files: ReadonlyMap<string, string>): void {
  const notes: string[] = [];
  if (isLocalStore(url)) notes.push('only this machine reaches the store, so all agents have to run here');
  if (files.size > 0)
    notes.push('every node has credentials of its own: copy its file, and no other, to its machine, with mode 0600');
  else if (hasPassword(url))
    notes.push('the store URL holds a password, so set HEDDLE_STORE to it where an agent runs');
  else if (capabilities.distributed && capabilities.acl)
    notes.push(
      'all nodes share your credentials: set HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE where an agent runs',
    );
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
}
