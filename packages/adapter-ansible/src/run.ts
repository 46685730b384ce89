import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { PreparedRun, RunContext, WrapContext } from '@heddle/agent';
import { pluginEnvironment } from './environment.ts';
import { findAnsible } from './find-ansible.ts';
import { deploymentInventory } from './inventory.ts';
import { ansibleOptions, inventories } from './options.ts';
import { readSettings } from './settings.ts';

const programPattern = /(?:^|\/)ansible-playbook$/;

/** True when a command line runs a playbook. */
export function isAnsibleCommand(command: readonly string[]): boolean {
  return command.some((word) => programPattern.test(word));
}

/** Write the files of a role's run and give its command. Throws tool-missing and config-invalid. */
export async function prepareRun(context: RunContext): Promise<PreparedRun> {
  const { directory, roleDirectory, environment } = context;
  const options = ansibleOptions.parse(context.options);
  const program = await findAnsible(options.program, directory, environment);
  const settings = await readSettings(program, directory, environment);
  const own = inventories(options);
  const words = [...(own.length === 0 ? settings.inventory : own), await writeInventory(context)].flatMap((path) => [
    '-i',
    path,
  ]);
  if (options.vars !== undefined) {
    const file = join(roleDirectory, 'vars.json');
    await writeFile(file, JSON.stringify(options.vars), { mode: 0o600 });
    words.push('-e', `@${file}`);
  }
  return {
    command: [program, ...words, ...(options.extra_args ?? []), options.playbook],
    workingDirectory: directory,
    environment: pluginEnvironment(settings, environment),
  };
}

/** Put the plugins and the deployment's inventory into an ansible-playbook command that the user typed; its own words stand. */
export async function wrapCommand(context: WrapContext): Promise<PreparedRun> {
  const { command, workingDirectory, environment } = context;
  const at = command.findIndex((word) => programPattern.test(word));
  if (at === -1) return { command, workingDirectory, environment: {} };
  const typed = command[at] ?? '';
  const program = typed.includes('/')
    ? isAbsolute(typed)
      ? typed
      : resolve(workingDirectory, typed)
    : await findAnsible(typed, workingDirectory, environment);
  const settings = await readSettings(program, workingDirectory, environment);
  const rest = command.slice(at + 1);
  const configured = namesInventory(rest) ? [] : settings.inventory;
  const paths = [...configured, await writeInventory(context)];
  // Behind the user's own: of two inventories the later one counts.
  const [first, ...words] = [...command.slice(0, at + 1), ...rest, ...paths.flatMap((path) => ['-i', path])];
  return { command: [first ?? '', ...words], workingDirectory, environment: pluginEnvironment(settings, environment) };
}

function namesInventory(words: readonly string[]): boolean {
  return words.some((word) => /^(-i.*|--inventory(-file)?(=.*)?)$/.test(word));
}

async function writeInventory({ roleDirectory, peers, node }: RunContext): Promise<string> {
  const file = join(roleDirectory, 'deployment.json');
  await writeFile(file, deploymentInventory(peers ?? [], node), { mode: 0o600 });
  return file;
}
