import { type GraphView, graphView, readWhyState, systemClock } from '@heddle/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { chosenEpoch } from '../deployment/chosen-epoch.ts';
import { findDeployment, withStore } from '../deployment/find.ts';
import { loadPlan } from '../deployment/load.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';

const formats = ['dot', 'mermaid', 'svg', 'json'] as const;

interface Options extends DeploymentOptions {
  readonly output: (typeof formats)[number];
  readonly members?: number;
  readonly epoch?: string;
}

/** `heddle graph`: who needs what of whom, as a picture. */
export function addGraph(program: Command): void {
  const command = program
    .command('graph')
    .description('draw who needs what of whom: of a deployment file, or of what is in the store and goes on')
    .argument('[what]', 'a deployment file or plan, or the word live for the deployment in the store', 'heddle.yaml')
    .addOption(new Option('-o, --output <format>', 'how to draw').choices(formats).default('dot'))
    .option(
      '--members <number>',
      'draw the members of a group one by one, up to this many; default: a group is one box',
      membersOption,
    )
    .option('--epoch <number>', 'with live: another epoch than the current one');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
An arrow leads from the role that writes to the role that reads, with the names of the outputs. Cycles are marked, and
drawn like everything else. With live each role shows what it does, as a colour and in words, and each arrow who waits.

Examples:
  heddle graph -o svg > shop.svg               the plan of heddle.yaml
  heddle graph live -o svg > now.svg           what goes on
  heddle graph shop.yaml -o mermaid            for a page in Markdown
  heddle graph live -o json | jq '.edges[] | select(.waiting > 0)'`,
    )
    .action(graph);
}

async function graph(what: string, options: Options): Promise<void> {
  const view = what === 'live' ? await liveView(options) : await fileView(what, options);
  process.stdout.write(await drawn(view, options.output));
}

async function drawn(view: GraphView, format: Options['output']): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(view, null, 2)}\n`;
    case 'dot':
      return (await import('../graph/dot.ts')).dotText(view);
    case 'mermaid':
      return (await import('../graph/mermaid.ts')).mermaidText(view);
    case 'svg':
      return (await import('../graph/svg.ts')).svgText(view);
  }
}

async function fileView(file: string, { members }: Options): Promise<GraphView> {
  const plan = await loadPlan(file, { allowsStrictCycles: true });
  return graphView(plan.nodes, { deployment: plan.deployment, ...membersOf(members) });
}

async function liveView(options: Options): Promise<GraphView> {
  const found = await findDeployment(options);
  const epoch = await chosenEpoch(options.epoch);
  const state = await withStore(found, (store) => readWhyState(store, found.deployment, epoch));
  const live = { state, nowMs: systemClock.wallMs() };
  return graphView(state.nodes, { deployment: found.deployment, live, ...membersOf(options.members) });
}

function membersOf(members: number | undefined) {
  return members === undefined ? {} : { mostMembers: members };
}

function membersOption(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no whole number`);
}
