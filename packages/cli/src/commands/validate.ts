import { formatDuration, inOrder, type Json, type Plan } from '@heddle/core';
import { type Command, Option } from 'commander';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { loadPlanWithFound } from '../deployment/load.ts';
import { compileTemplateFile, printReport } from '../heat/compile-file.ts';
import { readTemplateFile } from '../heat/template-file.ts';
import { addTemplateOptions, type TemplateFlags } from '../heat/template-options.ts';
import { counted } from '../output/counted.ts';
import { foundLines, foundWarnings } from '../output/found-text.ts';
import { validationOf, validationOfError } from '../output/validation.ts';
import { durationOption, setOption } from './options.ts';

interface Options extends TemplateFlags {
  readonly output: 'text' | 'json';
  readonly set?: Record<string, Json>;
}

/** `heddle validate`: look for mistakes without running anything. */
export function addValidate(program: Command): void {
  const command = program
    .command('validate')
    .description('look for mistakes in a deployment file or a Heat template without running anything')
    .argument('[file]', 'the deployment file, or the template', 'heddle.yaml')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addOption(
      new Option('-o, --output <format>', 'how to print what is found').choices(['text', 'json']).default('text'),
    )
    .action(validateFile);
  addTemplateOptions(command).addHelpText(
    'after',
    '\nExamples:\n  heddle validate heddle.yaml --set region=us\n  heddle validate template.yaml -o json',
  );
}

async function validateFile(file: string, options: Options): Promise<void> {
  try {
    await (options.output === 'json' ? printJson(file, options) : printText(file, options));
  } catch (thrown) {
    const found = options.output === 'json' ? validationOfError(file, thrown) : undefined;
    if (found !== undefined) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    throw thrown;
  }
}

async function printText(file: string, options: Options): Promise<void> {
  const template = await readTemplateFile(file);
  if (template !== undefined) {
    const compiled = await compileTemplateFile(file, template, options);
    printReport(compiled);
    for (const hint of compiled.hints) process.stderr.write(`warning: ${hint}\n`);
    process.stdout.write(`${file} is valid: ${countsOf(compiled.plan)}\n`);
    return;
  }
  const found = await loadChecked(file, options);
  for (const warning of warningsOf(found)) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(`${[`${file} is valid: ${countsOf(found.plan)}`, ...foundLines(found)].join('\n')}\n`);
}

async function printJson(file: string, options: Options): Promise<void> {
  const template = await readTemplateFile(file);
  const validation =
    template === undefined
      ? await loadChecked(file, options).then((found) => validationOf(file, found.plan, warningsOf(found)))
      : await compileTemplateFile(file, template, options).then(({ plan, hints }) =>
          validationOf(file, plan, [...plan.warnings, ...hints]),
        );
  process.stdout.write(`${JSON.stringify(validation, null, 2)}\n`);
}

/** Load a deployment file and look at what its roles need. @throws plan-invalid, config-invalid */
async function loadChecked(file: string, { set, deadline }: Options) {
  const found = await loadPlanWithFound(file, {
    ...(set === undefined ? {} : { params: set }),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
  });
  await checkAdapters(found.plan);
  return found;
}

function warningsOf(found: Awaited<ReturnType<typeof loadChecked>>): readonly string[] {
  return [...found.plan.warnings, ...foundWarnings(found)];
}

function countsOf(plan: Plan): string {
  const roles = plan.nodes.reduce((sum, node) => sum + inOrder(node.roles).length, 0);
  const deadlines = plan.nodes.flatMap((node) =>
    node.roles.flatMap((role) => role.inputs.map((input) => input.deadlineMs)),
  );
  const longest = deadlines.length === 0 ? '' : `; the longest deadline is ${formatDuration(Math.max(...deadlines))}`;
  return `${counted(plan.nodes.length, 'node')}, ${counted(roles, 'role')}, ${counted(deadlines.length, 'input')}${longest}`;
}
