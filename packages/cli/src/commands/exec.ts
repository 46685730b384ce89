import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { credentialVariables, openStore } from '@heddle/agent';
import type { Json } from '@heddle/core';
import type { Command } from 'commander';
import { isLocalStore, nodeDirectory } from '../deployment/agent-command.ts';
import { checkGrantee } from '../deployment/check-grantee.ts';
import { findDeployment } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { joinEpoch } from '../exec/join-epoch.ts';
import { isPreview } from '../exec/preview.ts';
import { runTypedCommand } from '../exec/run-typed-command.ts';
import { withGroupsOf } from '../scale/load-scaled.ts';
import { setOption } from './options.ts';

interface Options extends DeploymentOptions {
  readonly node?: string;
  readonly role?: string;
  readonly epoch?: string;
  readonly directory?: string;
  readonly set?: Record<string, Json>;
  readonly quiet?: boolean;
}

/** `heddle exec`: an agent around one command. */
export function addExec(program: Command): void {
  const command = program
    .command('exec')
    .description('run one command as a role of this node, with an agent around it')
    .usage('[options] -- COMMAND...')
    .argument(
      '<command...>',
      'the command as it would be typed without Heddle; its own configuration, run list and inventory stand',
    )
    .option(
      '--node <name>',
      'the node that this machine is; default: HEDDLE_NODE, /etc/heddle/node.json, then the host name',
    )
    .option('--role <name>', 'the role; default: the first one not done yet whose adapter recognises the command')
    .option(
      '--epoch <number>',
      'the epoch; default: HEDDLE_EPOCH, that of the credentials file, then the current one; a file without any starts the first',
      process.env['HEDDLE_EPOCH'],
    )
    .option(
      '--directory <folder>',
      "the node's own working folder; default: where heddle up has it, or /var/lib/heddle",
    )
    .option('--set <name=value>', 'set a parameter, for an epoch that is started', setOption)
    .option('-q, --quiet', "print nothing but the command's own output and errors");
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
The exit code is the command's own, or that of Heddle's error when Heddle ended it.

Examples:
  heddle exec --node web-0 -- chef-solo -c solo.rb -o 'recipe[shop::app]'
  heddle exec --store heddle://127.0.0.1:7470 --deployment shop --node db -- ./install-db.sh`,
    )
    .action(async (words: [string, ...string[]], options: Options) => {
      process.exitCode = await exec(words, options);
    });
}

async function exec(command: readonly [string, ...string[]], options: Options): Promise<number> {
  const found = await findDeployment(options, options.set);
  const { deployment, storeUrl, plan, load } = found;
  // A node that has credentials of its own belongs to their epoch, and may not ask which one is current.
  const grantee = await checkGrantee({
    deployment,
    epoch: options.epoch,
    node: options.node ?? process.env['HEDDLE_NODE'],
  });
  const store = await openStore(storeUrl, { directory: found.directory });
  // Passwords are none of the command's business.
  for (const variable of ['HEDDLE_STORE', ...credentialVariables]) delete process.env[variable];
  // Socket paths are at most 107 bytes long: a short folder of its own.
  const socketDirectory = await mkdtemp(join(tmpdir(), 'heddle-'));
  try {
    // What only shows something begins nothing, either.
    const starts = plan !== undefined && !(await isPreview(plan, command)) ? plan : undefined;
    const epoch = await joinEpoch(store, { deployment, epoch: options.epoch ?? grantee?.epoch, plan: starts });
    const now = plan === undefined || load === undefined ? undefined : await withGroupsOf(store, epoch, plan, load);
    return await runTypedCommand({
      store,
      epoch,
      command,
      node: options.node ?? grantee?.node,
      role: options.role,
      directoryOf: (node, planDirectory) => {
        if (options.directory !== undefined) return resolve(options.directory);
        return isLocalStore(storeUrl) ? nodeDirectory(planDirectory, deployment, node) : '/var/lib/heddle';
      },
      plan: now,
      socketPath: join(socketDirectory, 'agent.sock'),
      quiet: options.quiet === true,
    });
  } finally {
    await store.close();
    await rm(socketDirectory, { recursive: true, force: true });
  }
}
