import { HeddleError, systemClock } from '@heddle/core';
import type { Command } from 'commander';
import { interruption } from '../deployment/run-node.ts';
import { callAgent, findRoleSocket } from '../socket-client.ts';
import { fromVariable, limitVariable } from '../stack/adapter.ts';
import { copyOutputs } from '../stack/copy-outputs.ts';
import { openstackCommand, outputsSource } from '../stack/outputs-source.ts';

/** Seconds: a stack's own time when nobody says another. */
const defaultLimitS = 3600;

/** `heddle copy-outputs`: the role of the node that stands for a stack; `heddle seed --watch` runs it. */
export function addCopyOutputs(program: Command): void {
  program
    .command('copy-outputs')
    .description('publish outputs of a stack as they come; runs inside the role of the node that stands for the stack')
    .argument('<names...>', 'the outputs of the role')
    .option('--of-members <name>', 'an output with a value for each member of a group; once for each', listed, [])
    .requiredOption('--stack <name>', 'the stack that openstack is asked for when HEDDLE_OUTPUTS_FROM says nothing')
    .action(copy);
}

interface CopyWords {
  readonly stack: string;
  readonly ofMembers: readonly string[];
}

async function copy(names: readonly string[], { stack, ofMembers }: CopyWords): Promise<void> {
  const socket = await findRoleSocket();
  if (socket === undefined) {
    throw new HeddleError('usage', 'only a running role publishes, and this command runs outside one', {
      next: ['heddle seed PLAN --watch  runs it'],
    });
  }
  await copyOutputs({
    source: outputsSource(process.env[fromVariable] ?? openstackCommand(stack)),
    names,
    ofMembers,
    limitMs: 1000 * Number(process.env[limitVariable] ?? defaultLimitS),
    clock: systemClock,
    signal: interruption('copying the outputs of the stack'),
    publish: async (values) => {
      const outputs = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, { value, origin: 'written' }]),
      );
      await callAgent(socket, 'publish', { outputs });
    },
    say: async (line) => {
      process.stdout.write(`${line}\n`);
      await callAgent(socket, 'state', { step: line });
    },
  });
}

function listed(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}
