import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defineAdapter } from '@heddle/agent';
import { findChefSolo } from './find-chef.ts';
import { type ChefOptions, chefOptions } from './options.ts';
import { isChefCommand, isWhyRun, wrapCommand } from './wrap.ts';
import { rubyString, wrapperConfig } from './wrapper-config.ts';

export { findChefSolo, findRuby } from './find-chef.ts';
export { isOutsideFile, outsideFile } from './outside-file.ts';
export { supportedSeries } from './supported-series.ts';

/** Runs one role as one chef-solo run, with the shim loaded and every path of its own. */
export default defineAdapter({
  name: 'chef',
  contract: 1,
  options: chefOptions,
  hasLocalLevel: true,
  // chef-solo takes SIGTERM as "finish first"; SIGINT stops it.
  stopSignal: 'SIGINT',
  // Loaded only where roles are checked: every agent loads this file, and none of them checks.
  check: async (context) => {
    const { checkRole } = await import('./check.ts');
    return checkRole(chefOptions.parse(context.options), context.directory);
  },
  async requireTools({ options, directory }, environment) {
    await findChefSolo(chefOptions.parse(options).program, directory, environment);
  },
  detect: isChefCommand,
  previews: isWhyRun,
  wrap: wrapCommand,
  async prepare({ options, directory, node, nodeDirectory, roleDirectory, environment }) {
    const chef: ChefOptions = chefOptions.parse(options);
    const program = await findChefSolo(chef.program, directory, environment);
    const stateDirectory = join(nodeDirectory, 'chef');
    for (const name of ['cache', 'backup', 'nodes'])
      await mkdir(join(stateDirectory, name), { recursive: true, mode: 0o700 });
    const userConfig = chef.config === undefined ? undefined : resolve(directory, chef.config);
    const config = join(roleDirectory, 'solo.rb');
    const attributes = join(roleDirectory, 'attributes.json');
    await writeFile(config, wrapperConfig({ node, userConfig, directory, stateDirectory }), { mode: 0o600 });
    await writeFile(attributes, `${JSON.stringify({ ...chef.attributes, run_list: chef.run_list }, null, 2)}\n`, {
      mode: 0o600,
    });
    return {
      command: [
        ...program.command,
        '--config',
        config,
        '--json-attributes',
        attributes,
        '--no-color',
        '--force-formatter',
      ],
      workingDirectory: directory,
      environment: { ...program.environment, CHEF_LICENSE: environment['CHEF_LICENSE'] ?? 'accept-silent' },
    };
  },
  adviseTooEarly(path) {
    const read = `node${path.map((segment) => `[${rubyString(segment)}]`).join('')}`;
    return {
      note: 'a run has two phases: it compiles all recipes of the run list, in order, and only then converges their resources; what a resource writes is not there while any recipe compiles',
      next: `read it at converge, after the resource that writes it: lazy { ${read} } in a property, a guard, or the block of a ruby_block`,
    };
  },
  explainExit({ exitCode, tail }) {
    if (exitCode === 127) return `chef-solo could not be started: ${tail.trim().split('\n').at(-1) ?? ''}`;
    const refused = /^heddle: \[tool-missing\] (.*)/m.exec(tail)?.[1];
    if (refused !== undefined) return refused;
    const fatal = /FATAL: (.*)/.exec(tail)?.[1];
    return fatal === undefined ? undefined : `chef-solo: ${fatal}`;
  },
});
