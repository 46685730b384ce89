import { type AdapterContext, defineAdapter } from '@heddle/agent';
import { formatPath } from '@heddle/core';
import * as z from 'zod';
import type { ConfigRun } from './config-run.ts';

const configOptions = z.strictObject({
  group: z.enum(['script', 'ansible']),
  /** The resource of the template that the role was made of. */
  deployment: z.string().min(1),
  /** Outputs whose values say that the role has failed. */
  errors: z.array(z.string()).default([]),
  /** Those of the configuration. */
  options: z
    .strictObject({
      tags: z.string().optional(),
      skip_tags: z.string().optional(),
      modulepath: z.string().optional(),
      callback_plugins: z.string().optional(),
      inventory: z.string().optional(),
    })
    .default({}),
});

/**
 * A software deployment of a Heat template as a role: its input `config` is a script or a playbook, which gets the inputs below
 * `inputs` as Heat's own hooks give them, and leaves its outputs in files.
 */
export default defineAdapter({
  name: 'software-config',
  contract: 1,
  options: configOptions,
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  check: async () => [],
  async requireTools({ options, directory }, environment) {
    if (configOptions.parse(options).group !== 'ansible') return;
    const { findAnsible } = await import('@heddle/adapter-ansible');
    await findAnsible(undefined, directory, environment);
  },
  detect: () => false,
  async prepare({ role, options, directory, roleDirectory }) {
    const run: ConfigRun = {
      ...configOptions.parse(options),
      directory,
      inputs: inputsOf(role),
      outputs: role.outputs.map(({ name, path }) => ({ name, path: [...path] })),
    };
    // Names and no values: arguments are there for every user of the machine to see.
    return {
      command: ['heddle', 'software-config', JSON.stringify(run)],
      workingDirectory: roleDirectory,
      environment: {},
    };
  },
  explainExit: () => undefined,
});

function inputsOf({ inputs }: AdapterContext['role']): ConfigRun['inputs'] {
  return inputs.flatMap(({ path }) => {
    const [above, name] = path;
    return above === 'inputs' && name !== undefined && path.length === 2 ? [{ name, path: formatPath(path) }] : [];
  });
}
