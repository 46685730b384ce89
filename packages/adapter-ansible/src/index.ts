import { defineAdapter } from '@heddle/agent';
import { findAnsible } from './find-ansible.ts';
import { prepareFacts } from './gather-facts.ts';
import { lastingFacts } from './lasting-facts.ts';
import { ansibleOptions } from './options.ts';
import { isPreview } from './previews.ts';
import { programOf } from './programs.ts';
import { prepareRun, wrapCommand } from './run.ts';

export { findAnsible } from './find-ansible.ts';
export { readableLocale } from './locale.ts';

/** Runs one role as one ansible-playbook of the node itself, with the plugins of the collection loaded by environment. */
export default defineAdapter({
  name: 'ansible',
  contract: 1,
  options: ansibleOptions,
  hasLocalLevel: true,
  stopSignal: 'SIGINT',
  // Loaded only where roles are checked: every agent loads this file, and none of them checks.
  check: async (context) => {
    const { checkRole } = await import('./check.ts');
    return checkRole(context);
  },
  find: async (contexts) => {
    const { findValues } = await import('./found/find-values.ts');
    return findValues(contexts);
  },
  async requireTools({ options, directory }, environment) {
    await findAnsible(ansibleOptions.parse(options).program, directory, environment);
  },
  detect: (command) => programOf(command) !== undefined,
  previews: isPreview,
  prepare: prepareRun,
  wrap: wrapCommand,
  gatherFacts: prepareFacts,
  lasting: lastingFacts,
  explainExit({ exitCode, tail }) {
    if (exitCode === 127) return `ansible-playbook could not be started: ${tail.trim().split('\n').at(-1) ?? ''}`;
    // What fails before the first task no plugin sees: a playbook that cannot be read, a module that is not there.
    const error = [...tail.matchAll(/^(?:ERROR!|\[ERROR\]:) (.*)/gm)].at(-1)?.[1];
    return error === undefined ? undefined : `ansible-playbook: ${error}`;
  },
});
