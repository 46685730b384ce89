import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AdapterContext, AdapterProblem } from '@heddle/agent';
import { formatPath } from '@heddle/core';
import { type AnsibleOptions, ansibleOptions, inventories } from './options.ts';
import { isPreview } from './previews.ts';

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Find what would make an Ansible role fail before it starts: files that are not there, inputs that are no variables. */
export async function checkRole({
  role,
  options: value,
  directory,
}: AdapterContext): Promise<readonly AdapterProblem[]> {
  const options = ansibleOptions.parse(value);
  const problems: AdapterProblem[] = [];
  if (!(await exists(resolve(directory, options.playbook)))) {
    problems.push({
      message: `the playbook ${options.playbook} does not exist in ${directory}`,
      next: 'create it, or correct "playbook"',
      at: ['playbook'],
    });
  }
  for (const inventory of inventories(options)) {
    // A comma makes it a list of hosts.
    if (inventory.includes(',') || (await exists(resolve(directory, inventory)))) continue;
    problems.push({
      message: `the inventory ${inventory} does not exist in ${directory}`,
      next: 'create it, or correct "inventory"',
    });
  }
  if (isPreview(['ansible-playbook', ...(options.extra_args ?? [])])) {
    problems.push({
      message: 'with a word of "extra_args" ansible-playbook only shows what it would do',
      next: 'take it out: heddle exec -- ansible-playbook ... --check shows it',
    });
  }
  for (const { path } of role.inputs) problems.push(...inputProblems(path, options));
  for (const { name, path } of role.outputs) {
    if (path[0] !== 'hostvars' || path.length > 2) continue;
    problems.push({
      message: `the output "${name}" names no variable of another host: "${formatPath(path)}"`,
      next: 'write hostvars.HOST.VARIABLE, or hostvars.*.VARIABLE for a map with an entry for each host',
    });
  }
  return problems;
}

function inputProblems(path: readonly string[], { vars = {} }: AnsibleOptions): AdapterProblem[] {
  const [variable = '', ...rest] = path;
  const name = formatPath(path);
  if (rest.length > 0) {
    return [
      {
        message: `the input "${name}" lies inside the variable "${variable}": Ansible replaces whole variables`,
        next: `declare the input "${variable}" with the whole map; references may stand inside it`,
      },
    ];
  }
  if (!variableName.test(variable)) {
    return [
      {
        message: `the input "${name}" is no name of an Ansible variable`,
        next: 'letters, digits and "_", no digit first',
      },
    ];
  }
  if (Object.hasOwn(vars, variable)) {
    return [{ message: `"${name}" is an input and stands in "vars" too`, next: 'keep one of them' }];
  }
  return [];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
