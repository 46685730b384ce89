import { dirname, join } from 'node:path';
import { HeddleError, type Json, type Plan, type Store, startEpoch, withoutPassword, withoutUser } from '@heddle/core';
import { stackNode } from '@heddle/heat';
import type { Command } from 'commander';
import { agentCommands, hasPassword, isLocalStore, shellLine } from '../deployment/agent-command.ts';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { keepCredentials, prepareCredentials } from '../deployment/keep-credentials.ts';
import { loadPlan } from '../deployment/load.ts';
import { storeUrl } from '../deployment/locate.ts';
import { openPlanStore } from '../deployment/open-plan-store.ts';
import { prepareEnvironment } from '../heat/prepare-environment.ts';
import { tellStack } from '../heat/stack-environment.ts';
import { counted } from '../output/counted.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { plainTable } from '../output/table.ts';
import { hasStackNode, type WatchOptions, watchStack } from '../stack/watch-stack.ts';
import { type AccessOptions, accessOption, durationOption, setOption } from './options.ts';

interface Options extends AccessOptions {
  readonly credentials?: string;
  readonly environment?: string;
  readonly store?: string;
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
  /** Milliseconds; true: an hour. */
  readonly watch?: number | true;
  readonly outputsFrom?: string;
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
      '--watch [duration]',
      "plan of a template: stay and copy the stack's outputs that roles wait for into the store, at most this long; default: 1h",
      durationOption,
    )
    .option(
      '--outputs-from <source>',
      "where --watch reads the stack's outputs: a command (text with a blank), a file, or - for standard input; default: openstack stack output show --all -f json DEPLOYMENT",
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
  heddle seed plan.json --store zk://10.0.0.5:2181/heddle --watch --outputs-from 'openstack --os-cloud dev stack output show --all -f json shop'
  heddle seed heddle.yaml -o json | jq -r '.agents[] | select(.node == "db").command | join(" ")'`,
    )
    .action(seed);
}

/** A stack's own time when nobody says another. */
const defaultWatchMs = 3_600_000;

async function seed(file: string, options: Options): Promise<void> {
  const plan = await loadPlan(file, {
    ...(options.set === undefined ? {} : { params: options.set }),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
  });
  // The machines of a template find their roles' files in the content that they fetch; nothing of it has to be here.
  if (plan.template === undefined) await checkAdapters(plan);
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  checkWatch(plan, options);
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
    const onCorrupt = ({ message }: HeddleError) => process.stderr.write(`warning: ${message}\n`);
    if (plan.template !== undefined) {
      const environment = options.environment ?? join(dirname(file), 'environment.json');
      await prepareEnvironment(environment, { store, url, access });
      const epoch = await startEpoch(store, plan, { access, groupsJoin: true, onCorrupt });
      process.stdout.write(await tellStack(plan, epoch, url, { environment, format: options.output }));
      await watchIfAsked({ store, epoch, plan }, options);
      return;
    }
    if (access !== 'shared') await prepareCredentials(plan, store, options.credentials);
    const epoch = await startEpoch(store, plan, { access, onCorrupt });
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
        return `deployment ${plan.deployment}, epoch ${epoch.keys.epoch}: ${counted(plan.nodes.length, 'node')} seeded in ${withoutPassword(url)}\n${table.toString()}\n`;
      }),
    );
  } finally {
    await store.close();
  }
}

/** @throws usage */
function checkWatch({ template }: Plan, { watch, outputsFrom }: Options): void {
  if (watch !== undefined && template === undefined) {
    throw new HeddleError('usage', '--watch is for the plan of a template: nothing else has a stack');
  }
  if (watch === undefined && outputsFrom !== undefined) {
    throw new HeddleError('usage', '--outputs-from says what --watch reads, and there is no --watch');
  }
}

/** Copy what only the stack knows, when it is asked for; say so when it is needed and nobody asks. */
async function watchIfAsked(
  watched: Pick<WatchOptions, 'store' | 'epoch' | 'plan'>,
  { watch, outputsFrom }: Options,
): Promise<void> {
  if (!hasStackNode(watched.plan)) {
    if (watch !== undefined) process.stderr.write('note: no role waits for outputs of the stack: nothing to watch\n');
    return;
  }
  if (watch === undefined) {
    const text = `roles wait for outputs of the stack, and nobody copies them: seed with --watch, or run heddle agent --node ${stackNode}`;
    process.stderr.write(`note: ${text}\n`);
    return;
  }
  process.exitCode = await watchStack({
    ...watched,
    limitMs: watch === true ? defaultWatchMs : watch,
    ...(outputsFrom === undefined ? {} : { from: outputsFrom }),
  });
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
