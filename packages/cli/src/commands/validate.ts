import { formatDuration, inOrder, type Json, type Plan } from '@heddle/core';
import type { Command } from 'commander';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { loadPlanWithFound } from '../deployment/load.ts';
import { compileTemplateFile, printReport } from '../heat/compile-file.ts';
import { readTemplateFile } from '../heat/template-file.ts';
import { addTemplateOptions, type TemplateFlags } from '../heat/template-options.ts';
import { foundLines, foundWarnings } from '../output/found-text.ts';
import { durationOption, setOption } from './options.ts';

interface Options extends TemplateFlags {
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
    .action(validateFile);
  addTemplateOptions(command).addHelpText(
    'after',
    '\nExamples:\n  heddle validate heddle.yaml --set region=us\n  heddle validate template.yaml',
  );
}

async function validateFile(file: string, options: Options): Promise<void> {
  const template = await readTemplateFile(file);
  if (template !== undefined) {
    const compiled = await compileTemplateFile(file, template, options);
    printReport(compiled);
    process.stdout.write(`${file} is valid: ${countsOf(compiled.plan)}\n`);
    return;
  }
  const found = await loadPlanWithFound(file, {
    ...(options.set === undefined ? {} : { params: options.set }),
    ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
  });
  const { plan } = found;
  await checkAdapters(plan);
  for (const warning of [...plan.warnings, ...foundWarnings(found)]) process.stderr.write(`warning: ${warning}\n`);
  process.stdout.write(`${[`${file} is valid: ${countsOf(plan)}`, ...foundLines(found)].join('\n')}\n`);
}

function countsOf(plan: Plan): string {
  const roles = plan.nodes.reduce((sum, node) => sum + inOrder(node.roles).length, 0);
  const deadlines = plan.nodes.flatMap((node) =>
    node.roles.flatMap((role) => role.inputs.map((input) => input.deadlineMs)),
  );
  const longest = deadlines.length === 0 ? '' : `; the longest deadline is ${formatDuration(Math.max(...deadlines))}`;
  return `${plan.nodes.length} nodes, ${roles} roles, ${deadlines.length} inputs${longest}`;
}
