import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const defaultInventory = '/etc/ansible/hosts';

/** What Ansible's configuration says of where things are, and of what it hides. */
export interface Configuration {
  readonly rolesPath: readonly string[];
  readonly inventory: readonly string[];
  /** True: every task is under `no_log`. */
  readonly hidesAll: boolean;
}

/**
 * Read the configuration of a run in a folder without Ansible, which need not be installed where a deployment is compiled.
 *
 * @param directory  The folder of the deployment file, absolute.
 */
export async function readConfiguration(directory: string): Promise<Configuration> {
  const { folder, text } = await readFirst(directory);
  const defaults = /^\[defaults\][ \t]*$(.*?)(?=^\[|$(?![\s\S]))/ms.exec(text)?.[1] ?? '';
  const written = (name: string): string | undefined =>
    new RegExp(`^${name}[ \\t]*[=:][ \\t]*(.*)$`, 'm')
      .exec(defaults)?.[1]
      ?.replace(/\s;.*$/, '')
      .trim();
  // What the environment names is relative to where it runs, what the file names to the file.
  const paths = (variable: string, name: string, separator: RegExp): readonly string[] => {
    const [base, text] =
      process.env[variable] === undefined ? [folder, written(name)] : [directory, process.env[variable]];
    return (text ?? '')
      .split(separator)
      .filter((path) => path.trim() !== '')
      .map((path) => resolve(base, path.trim().replace(/^~(?=\/)/, homedir())));
  };
  const shared = [join(homedir(), '.ansible/roles'), '/usr/share/ansible/roles', '/etc/ansible/roles'];
  const inventory = paths('ANSIBLE_INVENTORY', 'inventory', /,/);
  return {
    rolesPath: [...paths('ANSIBLE_ROLES_PATH', 'roles_path', /:/), ...shared],
    inventory: inventory.length === 0 && existsSync(defaultInventory) ? [defaultInventory] : inventory,
    hidesAll: /^(?:y|yes|on|1|true|t|1\.0)$/i.test(process.env['ANSIBLE_NO_LOG'] ?? written('no_log') ?? ''),
  };
}

/** The first file of those where Ansible looks counts alone. */
async function readFirst(directory: string): Promise<{ readonly folder: string; readonly text: string }> {
  const named = process.env['ANSIBLE_CONFIG'];
  const chosen = named === undefined || named === '' ? [] : [resolve(directory, named.replace(/^~(?=\/)/, homedir()))];
  for (const path of [...chosen, directory, join(homedir(), '.ansible.cfg'), '/etc/ansible/ansible.cfg']) {
    try {
      const file = (await stat(path)).isDirectory() ? join(path, 'ansible.cfg') : path;
      return { folder: dirname(file), text: await readFile(file, 'utf8') };
    } catch (error) {
      // Who runs it is told by Ansible what is wrong with it.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return { folder: directory, text: '' };
}
