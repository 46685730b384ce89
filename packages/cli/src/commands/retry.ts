import { HeddleError } from '@heddle/core';
import type { Command } from 'commander';
import { agentCommand, shellLine } from '../deployment/agent-command.ts';
import { findDeployment, withStore } from '../deployment/find.ts';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { retryNode } from '../retry/retry-node.ts';

/** `heddle retry`: run again what did not end well on a node. */
export function addRetry(program: Command): void {
  const command = program
    .command('retry')
    .description('run again, on live machines, what did not end well on a node, and what it has failed elsewhere')
    .argument('<node[:role]>', 'a node, or one of its roles: db, web-0:app, or web[0]:app');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
Runs again the roles of the node that failed, were aborted or lost, or read a value that was replaced since; and on every node the roles
downstream of these that failed with them or were aborted. A heddle up that still runs starts what it needs; an agent of its own takes it when it has ended its roles.
Where nobody runs the node any more, heddle up --resume goes on.

Examples:
  heddle retry db
  heddle retry web-0:app`,
    )
    .action(retry);
}

async function retry(target: string, options: DeploymentOptions): Promise<void> {
  const match = /^([a-z][a-z0-9-]*)(?:\[(\d+)\])?(?::([a-z][a-z0-9_]*))?$/.exec(target);
  if (match === null) {
    throw new HeddleError('usage', `"${target}" is neither a node nor NODE:ROLE`, {
      next: ['heddle status  names them'],
    });
  }
  const [, name = '', index, role] = match;
  const node = index === undefined ? name : `${name}-${index}`;
  const found = await findDeployment(options);
  const tell = (text: string) => process.stderr.write(`heddle: ${text}\n`);
  const commandOf = (of: string, epoch: string) => shellLine(agentCommand({ ...found, epoch, node: of }));
  await withStore(found, (store) =>
    retryNode({ store, deployment: found.deployment, node, role, agentCommand: commandOf, tell }),
  );
}
