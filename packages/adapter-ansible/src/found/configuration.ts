import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What an ansible.cfg beside the deployment file says of where things are. */
export interface Configuration {
  readonly rolesPath: readonly string[];
  readonly inventory: readonly string[];
}

/**
 * Read the ansible.cfg of a folder without Ansible, which need not be installed where a deployment is compiled.
 *
 * @param directory  The folder of the deployment file, absolute.
 */
export async function readConfiguration(directory: string): Promise<Configuration> {
  const text = await readFile(join(directory, 'ansible.cfg'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Who runs it is told by Ansible what is wrong with it.
    if (error.code === undefined) throw error;
    return '';
  });
  const value = (name: string): string =>
    new RegExp(`^${name}[ \\t]*[=:][ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const paths = (written: string, separator: RegExp): readonly string[] =>
    written
      .split(separator)
      .filter((path) => path.trim() !== '')
      .map((path) => resolve(directory, path.trim().replace(/^~(?=\/)/, homedir())));
  return {
    rolesPath: [
      ...paths(process.env['ANSIBLE_ROLES_PATH'] ?? value('roles_path'), /:/),
      ...paths('~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles', /:/),
    ],
    inventory: paths(value('inventory'), /,/),
  };
}
