import { HeddleError, type Json } from '@heddle/core';
import type { Command } from 'commander';
import { callAgent, findRoleSocket } from '../socket-client.ts';
import type { ConfigRun } from '../software-config/config-run.ts';
import { runConfig } from '../software-config/run.ts';

/** `heddle software-config`: the role that a software deployment of a Heat template became; an agent runs it. */
export function addSoftwareConfig(program: Command): void {
  program
    .command('software-config')
    .description('run the script or playbook of a software deployment; runs inside the role that was made of it')
    .argument('<run>', 'what is run, as JSON')
    .action(run);
}

async function run(text: string): Promise<void> {
  const socket = await findRoleSocket();
  if (socket === undefined) {
    throw new HeddleError('usage', 'only a running role has inputs, and this command runs outside one', {
      next: ['heddle compile TEMPLATE --components makes roles of software deployments'],
    });
  }
  process.exitCode = await runConfig(JSON.parse(text) as ConfigRun, {
    folder: process.cwd(),
    environment: process.env,
    read: async (input) => (await callAgent<{ readonly value: Json }>(socket, 'await', { input })).value,
    publish: async (values) => {
      const outputs = Object.fromEntries([...values].map(([name, value]) => [name, { value, origin: 'written' }]));
      await callAgent(socket, 'publish', { outputs });
    },
  });
}
