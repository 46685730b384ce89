import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HeddleError, type Json } from '@heddle/core';
import { type ConfigRun, textOf } from './config-run.ts';

/** A command that runs a configuration. */
export interface PreparedTool {
  readonly command: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
}

export interface ToolContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly values: ReadonlyMap<string, Json>;
  /** The script or playbook, absolute. */
  readonly file: string;
  /** An output NAME is the file with `.NAME` behind this, absolute. */
  readonly outputsPath: string;
  /** A folder for more files, absolute. */
  readonly work: string;
}

/** Hand the inputs over as the tool takes them. @throws tool-missing, config-invalid */
export async function prepareTool(run: ConfigRun, context: ToolContext): Promise<PreparedTool> {
  return run.group === 'script' ? prepareScript(context) : prepareAnsible(run, context);
}

/** Bytes of a variable with its name, the equals sign and the zero at its end: MAX_ARG_STRLEN of Linux, execve(2). */
const mostVariableBytes = 131_072;

/** Inputs are environment variables. */
function prepareScript({ file, values, environment, outputsPath }: ToolContext): PreparedTool {
  const variables = Object.fromEntries([...values].map(([name, value]) => [name, textOf(value)]));
  for (const [name, text] of Object.entries(variables)) {
    const isLong = Buffer.byteLength(`${name}=${text}`) >= mostVariableBytes;
    if (!isLong && !text.includes('\0')) continue;
    const why = isLong ? `longer than the ${mostVariableBytes} bytes of a variable` : 'a text with a zero byte in it';
    throw new HeddleError(
      'config-invalid',
      `the input ${name} is ${why}, so no script can have it in its environment`,
      {
        next: [
          'let what writes it name a file or a URL instead, or use the group ansible, which reads inputs from a file',
        ],
      },
    );
  }
  return { command: [file], environment: { ...environment, ...variables, heat_outputs_path: outputsPath } };
}

/** Inputs are extra variables, in a file as they may be secret. */
async function prepareAnsible({ options, directory }: ConfigRun, context: ToolContext): Promise<PreparedTool> {
  const { values, file, outputsPath, work, environment } = context;
  const { findAnsible, readableLocale } = await import('@heddle/adapter-ansible');
  const program = await findAnsible(undefined, directory, environment);
  const variables = join(work, 'variables.json');
  const text = JSON.stringify({ ...Object.fromEntries(values), heat_outputs_path: outputsPath });
  await writeFile(variables, text, { mode: 0o600 });
  const words = Object.entries({
    '--tags': options.tags,
    '--skip-tags': options.skip_tags,
    '--module-path': options.modulepath,
  }).flatMap(([flag, word]) => (word === undefined ? [] : [flag, word]));
  const inventory = options.inventory === undefined ? 'localhost,' : resolve(directory, options.inventory);
  return {
    command: [program, '-i', inventory, ...words, file, '--extra-vars', `@${variables}`],
    environment: {
      ...environment,
      ...readableLocale(environment),
      ...(options.callback_plugins === undefined ? {} : { ANSIBLE_CALLBACK_PLUGINS: options.callback_plugins }),
    },
  };
}
