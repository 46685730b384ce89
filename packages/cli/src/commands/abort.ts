import { abortEpoch, abortText, HeddleError, liftAbort, openEpoch, systemClock } from '@heddle/core';
import type { Command } from 'commander';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { who } from '../deployment/who.ts';

interface Options extends DeploymentOptions {
  readonly reason?: string;
  readonly cancel?: boolean;
}

/** `heddle abort`: end every wait and publish of a deployment. */
export function addAbort(program: Command): void {
  const command = program
    .command('abort')
    .description('end every wait of a deployment, and start no further role; --cancel lifts it')
    .option('--reason <text>', 'why, for whoever reads the errors')
    .option('--cancel', 'lift the abort; roles that it ended stay ended until they are run again');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
Every present and later wait and publish of every agent fails with 23, and no further role starts. What a CM tool is doing at the moment
is not interrupted: its role ends at its next read or publish.

Examples:
  heddle abort --reason 'wrong release'
  heddle abort --cancel && heddle up --resume
  heddle abort --store zk://10.0.0.5:2181/heddle --deployment shop`,
    )
    .action(abort);
}

async function abort(options: Options): Promise<void> {
  if (options.cancel === true && options.reason !== undefined) {
    throw new HeddleError('usage', '--cancel takes no --reason');
  }
  const found = await findDeployment(options);
  const text = await withStore(found, async (store) => {
    const epoch = await openEpoch(store, found.deployment);
    const name = `deployment ${found.deployment}, epoch ${epoch.keys.epoch}`;
    if (options.cancel === true) {
      const lifted = await liftAbort(store, epoch);
      if (lifted === undefined)
        throw new HeddleError('not-found', `${name} is not aborted`, { next: ['heddle status'] });
      return `lifted: ${abortText(found.deployment, lifted)}; heddle up --resume, or heddle retry NODE, runs again what it ended`;
    }
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    const { record, isNew } = await abortEpoch(store, epoch, { by: who(), ...reason }, systemClock);
    if (!isNew) return `nothing to do: ${abortText(found.deployment, record)}`;
    return `aborted ${name}: every wait and publish fails with 23 from now on, and no further role starts; heddle abort --cancel lifts it`;
  });
  process.stderr.write(`heddle: ${text}\n`);
}
