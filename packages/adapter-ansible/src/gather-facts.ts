import { delimiter, dirname } from 'node:path';
import { askProgram, type PreparedRun, type RunContext } from '@heddle/agent';
import { HeddleError } from '@heddle/core';
import { collectionsRoot } from './assets.ts';
import { findAnsible } from './find-ansible.ts';
import { readableLocale } from './locale.ts';
import { ansibleOptions } from './options.ts';

const module = 'ansible_collections.heddle.heddle.plugins.plugin_utils.print_facts';

/** Of the options, those that say which Ansible is meant. */
const factsOptions = ansibleOptions.pick({ program: true });

/** Give the command that prints the facts of the setup module. Throws tool-missing. */
export async function prepareFacts({ options, directory, environment }: RunContext): Promise<PreparedRun> {
  const program = await findAnsible(factsOptions.parse(options).program, directory, environment);
  const { python, library } = await readInstallation(program, directory, environment);
  const path = [collectionsRoot(), library, environment['PYTHONPATH']].filter((folder) => folder !== undefined);
  return {
    command: [python, '-m', module],
    workingDirectory: directory,
    // From Python 3.11 on this keeps `-m` from looking into the user's folder first, which may hold a json.py.
    environment: { ...readableLocale(environment), PYTHONPATH: path.join(delimiter), PYTHONSAFEPATH: '1' },
  };
}

/** Ask Ansible where it is: its program may be a script of anybody's, and only its own Python has what it needs. */
async function readInstallation(
  program: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ python: string; library: string }> {
  const { stdout, stderr, message } = await askProgram(program, ['--version'], {
    directory,
    environment: { ...environment, ...readableLocale(environment) },
  });
  const [, library] = /^ *ansible python module location = (.+)$/m.exec(stdout) ?? [];
  const [, python] = /^ *python version = .* \(([^()]+)\)$/m.exec(stdout) ?? [];
  if (library !== undefined && python !== undefined) return { python, library: dirname(library) };
  const said = (stderr || stdout || message).trim().split('\n').at(-1) ?? '';
  throw new HeddleError('tool-missing', `${program} --version does not say where Ansible is: ${said}`, {
    next: [`run ${program} --version in ${directory}`],
  });
}
