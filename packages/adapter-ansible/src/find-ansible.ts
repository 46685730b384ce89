import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';

/**
 * Find the ansible-playbook to run: the role's own `program`, then HEDDLE_ANSIBLE_PLAYBOOK, then the PATH.
 *
 * @param directory  What a relative `program` resolves against.
 * @throws tool-missing when there is none.
 */
export async function findAnsible(
  program: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const named = program ?? environment['HEDDLE_ANSIBLE_PLAYBOOK'] ?? 'ansible-playbook';
  if (named.includes('/')) {
    const path = isAbsolute(named) ? named : resolve(directory, named);
    if (await isExecutable(path)) return path;
    throw missing(`${named} is not an executable program`);
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const path = join(folder, named);
    if (await isExecutable(path)) return path;
  }
  throw missing(`no ${named} on the PATH`);
}

function missing(why: string): HeddleError {
  return new HeddleError('tool-missing', `an Ansible role cannot run: ${why}`, {
    next: [
      'install ansible-core 2.14 or newer (apt-get install ansible-core), or set HEDDLE_ANSIBLE_PLAYBOOK to its path',
    ],
  });
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return false;
    throw error;
  }
}
