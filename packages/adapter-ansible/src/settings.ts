import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { askProgram } from '@heddle/agent';
import { HeddleError } from '@heddle/core';
import { readableLocale } from './locale.ts';

/** What the user's own configuration says of the settings that a run needs too. */
export interface AnsibleSettings {
  readonly callbacks: readonly string[];
  readonly varsPlugins: readonly string[];
  readonly collections: readonly string[];
  readonly inventoryPlugins: readonly string[];
  /** Empty when only the default, /etc/ansible/hosts, is left, and that file is not there. */
  readonly inventory: readonly string[];
  /** The fact cache plugin. */
  readonly cache: string;
}

/** Ansible's own names of these settings, the same since 2.14. */
const names = {
  callbacks: 'CALLBACKS_ENABLED',
  varsPlugins: 'VARIABLE_PLUGINS_ENABLED',
  collections: 'COLLECTIONS_PATHS',
  inventoryPlugins: 'INVENTORY_ENABLED',
  inventory: 'DEFAULT_HOST_LIST',
  cache: 'CACHE_PLUGIN',
} as const;

interface DumpedSetting {
  readonly name?: string;
  readonly value?: unknown;
  readonly origin?: string;
}

/**
 * Read the effective settings, ansible.cfg and environment together: our values in the environment replace lists, so those of the user have to be in them.
 *
 * @param program  The ansible-playbook that will run; its ansible-config is beside it.
 * @param directory  Where it will run: the ansible.cfg of that folder counts.
 * @throws config-invalid with what Ansible says of its configuration.
 */
export async function readSettings(
  program: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<AnsibleSettings> {
  const beside = join(dirname(program), 'ansible-config');
  const words = ['dump', '--format', 'json'];
  const { exitCode, stdout, stderr, message } = await askProgram(
    existsSync(beside) ? beside : 'ansible-config',
    words,
    {
      directory,
      environment: { ...environment, ...readableLocale(environment) },
    },
  );
  if (exitCode !== 0) throw unreadable(directory, stderr || message);
  const dumped = parseDump(stdout, directory);
  const list = (key: keyof typeof names): string[] => {
    const value = dumped.get(names[key])?.value;
    return (Array.isArray(value) ? value : []).filter((item) => typeof item === 'string');
  };
  const isDefault = dumped.get(names.inventory)?.origin === 'default';
  const cache = dumped.get(names.cache)?.value;
  return {
    callbacks: list('callbacks'),
    varsPlugins: list('varsPlugins'),
    collections: list('collections'),
    inventoryPlugins: list('inventoryPlugins'),
    inventory: list('inventory').filter((path) => !isDefault || existsSync(path)),
    cache: typeof cache === 'string' ? cache : 'memory',
  };
}

function parseDump(text: string, directory: string): ReadonlyMap<string, DumpedSetting> {
  try {
    const settings = JSON.parse(text) as readonly DumpedSetting[];
    return new Map(settings.flatMap((setting) => (setting.name === undefined ? [] : [[setting.name, setting]])));
  } catch (cause) {
    throw unreadable(directory, (cause as Error).message, cause);
  }
}

/** Ansible says what is wrong in the line that begins with ERROR, and then quotes the file. */
function firstError(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? '').replace(/^ERROR[!:]* /, '');
}

function unreadable(directory: string, why: string, cause?: unknown): HeddleError {
  return new HeddleError('config-invalid', `Ansible cannot read its configuration: ${firstError(why)}`, {
    cause,
    next: [`run ansible-config dump in ${directory} (${homedir()} and /etc/ansible may hold a configuration too)`],
  });
}
