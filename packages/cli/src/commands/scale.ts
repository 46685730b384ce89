import { type Json, type Plan, withoutPassword, withoutUser } from '@heddle/core';
import type { Command } from 'commander';
import { agentCommand, shellLine } from '../deployment/agent-command.ts';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { withStore } from '../deployment/find.ts';
import { loadPlan } from '../deployment/load.ts';
import { storeUrl } from '../deployment/locate.ts';
import { formatListing, outputOption } from '../output/listing.ts';
import { plainTable } from '../output/table.ts';
import { withScaledGroups } from '../scale/load-scaled.ts';
import { parseSizes } from '../scale/parse-sizes.ts';
import { type Scaled, scaleDeployment } from '../scale/scale-deployment.ts';
import { setOption } from './options.ts';

interface Options {
  readonly file: string;
  readonly store?: string;
  readonly set?: Record<string, Json>;
  readonly credentials?: string;
  readonly output: string;
}

/** `heddle scale`: let groups of a running deployment grow. */
export function addScale(program: Command): void {
  program
    .command('scale')
    .description('add members to groups of a running deployment, in its current epoch')
    .argument('<group=count...>', 'a group and how many members it has from now on')
    .option('-f, --file <file>', 'the deployment file', 'heddle.yaml')
    .option('--store <url>', 'the store; default: HEDDLE_STORE, then the file, then embedded in .heddle/DEPLOYMENT')
    .option('--set <name=value>', 'the parameters that the epoch was begun with; name:=json for other types', setOption)
    .option('--credentials <folder>', 'where heddle seed wrote the credentials of the nodes; default: in .heddle')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A heddle up that runs starts the new members. Where every node has an agent of its own, the command of each new one is printed. Roles that
gather from the group run again once all its members have published; no other role does. A group cannot become smaller in an epoch.

Examples:
  heddle scale web=5
  heddle scale web=5 cache=3 --set region=us
  heddle scale web=5 -o json | jq -r '.agents[].command | join(" ")'`,
    )
    .action(scale);
}

async function scale(words: readonly string[], options: Options): Promise<void> {
  const load = (counts?: Readonly<Record<string, number>>) =>
    loadPlan(options.file, {
      ...(counts === undefined ? {} : { counts }),
      ...(options.set === undefined ? {} : { params: options.set }),
    });
  const fromFile = await load();
  const sizes = parseSizes(words, fromFile);
  const url = storeUrl(fromFile, options.store);
  const found = { storeUrl: url, deployment: fromFile.deployment, directory: fromFile.directory };
  await withStore(found, async (store) => {
    // Other groups keep the size to which they were scaled before.
    const plan = await withScaledGroups(store, fromFile, (counts) => load({ ...counts, ...sizes }));
    const larger = plan === fromFile ? await load(sizes) : plan;
    await checkAdapters(larger);
    const scaled = await scaleDeployment(store, larger, options.credentials);
    print(larger, scaled, url, options.output);
    tellLeft([...scaled.left, ...(await scaled.settled())]);
  });
}

function print(plan: Plan, scaled: Scaled, url: string, format: string): void {
  const { epoch, groups, added, credentials, isUp, outdated, left } = scaled;
  const agents = isUp
    ? []
    : added.map((node) => {
        const file = credentials.get(node);
        const storeUrl = file === undefined ? url : withoutUser(url);
        const of = { storeUrl, directory: plan.directory, deployment: plan.deployment, epoch: epoch.keys.epoch, node };
        const command = agentCommand({ ...of, credentials: file });
        return { node, command, ...(file === undefined ? {} : { credentials: file }) };
      });
  const data = {
    deployment: plan.deployment,
    epoch: epoch.keys.epoch,
    store: withoutPassword(url),
    groups,
    added,
    outdated,
    left,
    isUp,
    agents,
  };
  process.stdout.write(formatListing(data, format, () => text(plan, scaled, agents)));
}

function tellLeft(left: Scaled['left']): void {
  if (left.length === 0) return;
  process.stderr.write(
    `note: nobody runs ${nodesOf(left)} now: heddle up --resume runs what is outdated, or its agent, started again on its machine\n`,
  );
}

function text(
  plan: Plan,
  { epoch, groups, added, isUp, outdated }: Scaled,
  agents: readonly { readonly node: string; readonly command: readonly string[] }[],
): string {
  const place = `deployment ${plan.deployment}, epoch ${epoch.keys.epoch}`;
  if (added.length === 0 && outdated.length === 0 && Object.keys(groups).length === 0)
    return `${place}: nothing to do, the groups have that many members\n`;
  const sizes = Object.entries(groups).map(([group, { from, to }]) => `${group} has ${to} members, had ${from}`);
  const again = outdated.map(({ node, role }) => `${node} role ${role}`);
  const lines = [
    `${place}: ${sizes.join(', ') || 'what was interrupted is finished'}`,
    ...(again.length === 0 ? [] : [`outdated: ${again.slice(0, mostNamed).join(', ')}${more(again.length)}`]),
    ...(isUp && added.length > 0
      ? [`heddle up starts ${added.slice(0, mostNamed).join(', ')}${more(added.length)}`]
      : []),
  ];
  if (agents.length === 0) return `${lines.join('\n')}\n`;
  const table = plainTable(['NODE', 'COMMAND']);
  for (const { node, command } of agents) table.push([node, shellLine(command)]);
  return `${lines.join('\n')}\nstart the new members, each on its machine, or all with heddle up --resume\n${table.toString()}\n`;
}

const mostNamed = 10;

function more(count: number): string {
  return count > mostNamed ? ` and ${count - mostNamed} more` : '';
}

function nodesOf(roles: Scaled['left']): string {
  const names = [...new Set(roles.map(({ node }) => node))];
  return `${names.slice(0, mostNamed).join(', ')}${more(names.length)}`;
}
