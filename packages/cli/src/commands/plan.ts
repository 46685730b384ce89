import { dirname, resolve } from 'node:path';
import { HeddleError, type Json } from '@heddle/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withStore } from '../deployment/find.ts';
import { storeUrl } from '../deployment/locate.ts';
import { componentsOption, preferOption, previewParameterOption } from '../heat/template-options.ts';
import { formatListing } from '../output/listing.ts';
import { loadPlanned, type Planned } from '../plan/load-planned.ts';
import { type MeasuredWork, measuredWork } from '../plan/measured-work.ts';
import { type PlanPicture, planPicture } from '../views/plan.ts';
import { durationOption, setOption } from './options.ts';

const formats = ['table', 'json', 'yaml', 'dot', 'svg'] as const;

interface Options {
  readonly output: (typeof formats)[number];
  readonly measured?: boolean;
  readonly epoch?: string;
  readonly store?: string;
  readonly deployment?: string;
  readonly members?: number;
  readonly rolesKey?: string;
  readonly components?: boolean;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly prefer?: 'static' | 'runtime';
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
}

/** `heddle plan`: when the roles of a deployment can run, before anything runs. */
export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('show in which waves the roles can run, the critical path, who resolves what, and what nobody reads')
    .argument('[file]', 'a deployment file, a Heat template with roles, or a compiled plan', 'heddle.yaml')
    .addOption(new Option('-o, --output <format>', 'how to print or draw').choices(formats).default('table'))
    .option('--measured', 'weigh roles by how long they worked in an epoch of the store; default: count them')
    .option('--epoch <number>', 'with --measured: another epoch than the current one')
    .option('--store <url>', 'with --measured: the store; default: HEDDLE_STORE, then the file, then .heddle beside it')
    .option('--deployment <name>', "another name than the file's; of a template: default its folder's")
    .option('--members <number>', 'draw the members of a group one by one, up to this many', membersOption)
    .option('--roles-key <name>', 'template: the key of the metadata that holds roles; default: roles')
    .addOption(componentsOption())
    .addOption(preferOption())
    .addOption(previewParameterOption())
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addHelpText(
      'after',
      `
Nothing is run and nothing is written. A choice in a template ("if") falls as its parameters say. A role is in the first wave in which it can end when every other one writes at its
end; STARTS says when it begins, which is often earlier: it waits when it reads, not before. heddle sim tells times.

Examples:
  heddle plan                                   heddle.yaml
  heddle plan template.yaml -o svg > plan.svg   what Heat resolves, and what the machines exchange
  heddle plan template.yaml --prefer runtime --parameter clients=3
  heddle plan --measured                        the critical path by the clock, of the last run
  heddle plan plan.json -o json | jq .unread`,
    )
    .action(plan);
}

async function plan(file: string, options: Options): Promise<void> {
  const planned = await loadPlanned(file, { ...options, allowsStrictCycles: true });
  const measured = options.measured === true ? await measure(file, planned, options) : undefined;
  const picture = planPicture(planned, {
    ...(measured === undefined ? {} : { measured }),
    ...(options.members === undefined ? {} : { mostMembers: options.members }),
  });
  for (const warning of planned.plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(await drawn(picture, options.output));
}

async function drawn({ report, graph }: PlanPicture, format: Options['output']): Promise<string> {
  switch (format) {
    case 'dot':
      return (await import('../graph/dot.ts')).dotText(graph);
    case 'svg':
      return (await import('../graph/svg.ts')).svgText(graph);
    case 'table':
    case 'json':
    case 'yaml': {
      const { planText } = await import('../output/plan-text.ts');
      return formatListing(report, format, () => planText(report));
    }
  }
}

/** @throws usage for the plan of a template without `--store`; not-found, and what the store throws. */
async function measure(file: string, { plan: loaded }: Planned, options: Options): Promise<MeasuredWork> {
  const deployment = options.deployment ?? loaded.deployment;
  const directory = dirname(resolve(file));
  const url = storeUrl({ ...loaded, deployment, directory }, options.store ?? process.env['HEDDLE_STORE']);
  if (loaded.template !== undefined && url.startsWith('embedded:')) {
    throw new HeddleError('usage', 'the machines of a template exchange values through a store that they all reach', {
      next: [`heddle plan ${file} --measured --store zk://HOST:2181/heddle`],
    });
  }
  return withStore({ storeUrl: url, deployment, directory }, (store) => measuredWork(store, deployment, options.epoch));
}

function membersOption(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no whole number`);
}
