import { formatDuration, type Json } from '@heddle/core';
import type { Command } from 'commander';
import { checkAdapters } from '../deployment/check-adapters.ts';
import { loadPlan } from '../deployment/load.ts';
import { durationOption, setOption } from './options.ts';

interface Options {
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
}

/** `heddle validate`: look for mistakes without running anything. */
export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('look for mistakes in a deployment file without running anything')
    .argument('[file]', 'the deployment file', 'heddle.yaml')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addHelpText('after', '\nExample:\n  heddle validate heddle.yaml --set region=us')
    .action(async (file: string, options: Options) => {
      const plan = await loadPlan(file, {
        ...(options.set === undefined ? {} : { params: options.set }),
        ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline }),
      });
      await checkAdapters(plan);
      for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
      const roles = plan.nodes.reduce((sum, node) => sum + node.roles.length, 0);
      const deadlines = plan.nodes.flatMap((node) =>
        node.roles.flatMap((role) => role.inputs.map((input) => input.deadlineMs)),
      );
      const longest =
        deadlines.length === 0 ? '' : `; the longest deadline is ${formatDuration(Math.max(...deadlines))}`;
      process.stdout.write(
        `${file} is valid: ${plan.nodes.length} nodes, ${roles} roles, ${deadlines.length} inputs${longest}\n`,
      );
    });
}
