import { HeddleError, type Json, type Plan } from '@heddle/core';
import { type CoordinatorKind, templateSizeWarnings } from '@heddle/heat';
import { type Command, Option } from 'commander';
import { loadPlan } from '../deployment/load.ts';
import { compiledFiles, compileTemplateFile, printReport, write, writeCompiled } from '../heat/compile-file.ts';
import { readTemplateFile } from '../heat/template-file.ts';
import { addTemplateOptions, type TemplateFlags } from '../heat/template-options.ts';
import { withCoordinator } from '../heat/with-coordinator.ts';
import { durationOption, setOption } from './options.ts';

interface Options extends TemplateFlags {
  readonly output?: string;
  readonly plan?: string;
  readonly set?: Record<string, Json>;
  readonly coordinator?: CoordinatorKind;
  readonly planUrl?: string;
}

/** `heddle compile`: deployment file to plan, or Heat template to standard template and plan. */
export function addCompile(program: Command): void {
  const command = program
    .command('compile')
    .description(
      'compile a deployment file to its plan, or a Heat template with roles to a standard template and a plan',
    )
    .argument('[file]', 'the deployment file, or the template', 'heddle.yaml')
    .option('-o, --output <file>', 'write the plan, or the standard template, here; default: standard output')
    .option('--plan <file>', 'write the plan here; default for a template: plan.json beside the output')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addOption(
      new Option('--coordinator <kind>', 'template: add a server that starts this store and seeds the plan').choices([
        'zk',
        'etcd',
      ]),
    )
    .option('--plan-url <url>', 'with --coordinator: where it fetches the plan; default: the template holds it')
    .action(compileFile);
  addTemplateOptions(command).addHelpText(
    'after',
    `
The plan is JSON (docs/reference/plan.schema.json). Commands that take a deployment file take a plan too.
A Heat template has roles in the metadata of its servers (docs/reference/heat-template.md). Who resolves which reference goes to standard error.

Examples:
  heddle compile | jq '.nodes[].name'
  heddle compile heddle.yaml --set region=us -o plan.json
  heddle compile template.yaml --store zk://10.0.0.5:2181/heddle --bundle https://example.org/heddle.mjs#SHA256 -o stack.json
  heddle compile template.yaml --components -o stack.json     software deployments become roles
  heddle compile template.yaml --coordinator zk --bundle https://example.org/heddle.mjs#SHA256 -o stack.json`,
  );
}

async function compileFile(file: string, options: Options): Promise<void> {
  const template = await readTemplateFile(file);
  if (template !== undefined) return compileTemplateTo(file, template, options);
  if (options.output !== undefined && options.plan !== undefined) {
    throw new HeddleError('usage', 'a heddle.yaml compiles to its plan only, so -o and --plan name the same file', {
      next: [`heddle compile ${file} -o ${options.plan}`],
    });
  }
  const plan = await loadPlan(file, {
    ...(options.set === undefined ? {} : { params: options.set }),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
  });
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  const target = options.output ?? options.plan;
  if (target === undefined || target === '-') process.stdout.write(text);
  else await write(target, text);
}

async function compileTemplateTo(file: string, text: string, options: Options): Promise<void> {
  if (options.set !== undefined) {
    throw new HeddleError(
      'usage',
      '--set is for the params of a heddle.yaml; the parameters of a template are given to Heat',
      {
        next: ['openstack stack create --parameter NAME=VALUE'],
      },
    );
  }
  const files = compiledFiles(options);
  const flags = options.coordinator === undefined ? options : { patience: coordinatorPatienceMs, ...options };
  const own = await compileTemplateFile(file, text, flags, files.template);
  const compiled = withCoordinator(own, options);
  printReport(compiled);
  // That of the template without the coordinator is among those of the plan.
  if (templateSizeWarnings(own.template, file).length === 0)
    for (const warning of templateSizeWarnings(compiled.template, file)) process.stderr.write(`warning: ${warning}\n`);
  if (options.content === undefined && needsContent(compiled.plan)) {
    process.stderr.write(
      'warning: without --content URL#SHA256 the machines have no cookbooks and playbooks but those of their image\n',
    );
  }
  await writeCompiled(compiled, files);
  if (options.coordinator !== undefined) printCoordinatorNotes(options);
  else if (files.plan !== undefined) process.stderr.write(`next: heddle seed ${files.plan} --store URL\n`);
}

/** Machines wait this long for a coordinator that may have to install Java, in milliseconds. */
const coordinatorPatienceMs = 1_200_000;

function printCoordinatorNotes({ coordinator, planUrl }: Options): void {
  const port = coordinator === 'zk' ? 2181 : 2379;
  process.stderr.write(
    `note: the machines reach the coordinator on port ${port} without encryption: let its security group take that port from them only\n`,
  );
  if (planUrl !== undefined)
    process.stderr.write('next: put the plan there, then openstack stack create -t TEMPLATE NAME\n');
  else process.stderr.write('next: openstack stack create -t TEMPLATE NAME; the coordinator seeds the plan\n');
}

/** Adapters whose roles run no files of the user. */
const withoutFiles: readonly string[] = ['machine', 'stack', 'software-config'];

/** True when a role of the plan runs files: cookbooks, playbooks, scripts. */
function needsContent({ nodes }: Plan): boolean {
  return nodes.some(({ roles }) => roles.some(({ adapter }) => !withoutFiles.includes(adapter)));
}
