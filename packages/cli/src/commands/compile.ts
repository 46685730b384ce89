import { writeFile } from 'node:fs/promises';
import { HeddleError, type Json } from '@heddle/core';
import type { Command } from 'commander';
import { loadPlan } from '../deployment/load.ts';
import { durationOption, setOption } from './options.ts';

interface Options {
  readonly output?: string;
  readonly plan?: string;
  readonly set?: Record<string, Json>;
  readonly deadline?: number;
}

/** `heddle compile`: deployment file to plan. */
export function addCompile(program: Command): void {
  program
    .command('compile')
    .description('compile a deployment file to its plan: groups unfolded, names looked up, parameters filled in')
    .argument('<file>', 'the deployment file')
    .option('-o, --output <file>', 'write the plan here; default: standard output')
    .option('--plan <file>', 'the same')
    .option('--set <name=value>', 'set a parameter; name:=json for other types than text', setOption)
    .option('--deadline <duration>', 'deadline of every wait that has none of its own, e.g. 90s, 10m', durationOption)
    .addHelpText(
      'after',
      `
The plan is JSON (docs/reference/plan.schema.json). Commands that take a deployment file take a plan too.

Examples:
  heddle compile heddle.yaml | jq '.nodes[].name'
  heddle compile heddle.yaml --set region=us -o plan.json`,
    )
    .action(compileFile);
}

async function compileFile(file: string, options: Options): Promise<void> {
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

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new HeddleError('config-invalid', `the plan cannot be written to ${file}: ${(cause as Error).message}`, {
      cause,
      next: ['name a file in a folder that exists and is yours'],
    });
  }
}
