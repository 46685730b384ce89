import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PreparedRun, RunContext, WrapContext } from '@heddle/agent';
import { pluginEnvironment } from './environment.ts';
import { findAnsible } from './find-ansible.ts';
import { deploymentInventory } from './inventory.ts';
import { knownSettings } from './known-settings.ts';
import { ansibleOptions, inventories, optionsEnvironment } from './options.ts';
import { isPreview } from './previews.ts';
import { programOf } from './programs.ts';
import { pullWords } from './pull-words.ts';

/** Write the files of a role's run and give its command. Throws tool-missing and config-invalid. */
export async function prepareRun(context: RunContext): Promise<PreparedRun> {
  const { directory, roleDirectory, environment } = context;
  const options = ansibleOptions.parse(context.options);
  const program = await findAnsible(options.program, directory, environment);
  const settings = await knownSettings(program, directory, environment);
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
    environment: { ...pluginEnvironment(settings, environment), ...optionsEnvironment(options) },
  };
}

/** Put the plugins and the deployment's inventory into an Ansible command that the user typed; its own words stand. */
export async function wrapCommand(context: WrapContext): Promise<PreparedRun> {
  const { command, workingDirectory, environment } = context;
  const program = programOf(command);
  if (program === undefined) return { command, workingDirectory, environment: {} };
  const { name, at, typed, words } = program;
  const path = typed.includes('/')
    ? resolve(workingDirectory, typed)
    : await findAnsible(typed, workingDirectory, environment);
  const settings = await knownSettings(path, workingDirectory, environment);
  const file = await writeInventory(context);
  const wrapped =
    name === 'ansible-pull'
      ? pullWords(words, settings.inventory, file, workingDirectory)
      : { words: playbookWords(words, settings.inventory, file), environment: {} };
  const [first = '', ...rest] = [...command.slice(0, at + 1), ...wrapped.words];
  return {
    command: [first, ...rest],
    workingDirectory,
    environment: {
      ...pluginEnvironment(settings, environment),
      ...optionsEnvironment(ansibleOptions.parse(context.options)),
      // Ansible would warn of each text that stands for a value.
      ...(isPreview(command) ? { _ANSIBLE_TEMPLAR_UNKNOWN_TYPE_CONVERSION: 'ignore' } : {}),
      ...wrapped.environment,
    },
  };
}

/** Behind the user's own: of two inventories the later one counts. */
function playbookWords(typed: readonly string[], configured: readonly string[], file: string): readonly string[] {
  const own = namesInventory(typed) ? [] : configured;
  return [...typed, ...[...own, file].flatMap((path) => ['-i', path])];
}

function namesInventory(words: readonly string[]): boolean {
  return words.some((word) => /^(-i.*|--inventory(-file)?(=.*)?)$/.test(word));
}

async function writeInventory({ roleDirectory, peers, node }: RunContext): Promise<string> {
  const file = join(roleDirectory, 'deployment.json');
  await writeFile(file, deploymentInventory(peers ?? [], node), { mode: 0o600 });
  return file;
}
