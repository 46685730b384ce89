import { resolve } from 'node:path';
import { type AgentEvent, credentialsVariable, type MachineEntry, openStore } from '@heddle/agent';
import { exitCodeOf, openEpoch } from '@heddle/core';
import { type Command, Option } from 'commander';
import { outsideSocket } from '../chef/outside-socket.ts';
import { checkGrantee } from '../deployment/check-grantee.ts';
import { interruption, runNode } from '../deployment/run-node.ts';
import { eventLine } from '../output/event-lines.ts';

interface Options {
  readonly store: string;
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly directory: string;
  readonly credentials?: string;
  readonly socket?: string;
  readonly outside?: readonly string[];
  readonly events?: boolean;
}

/** `heddle agent`: run one node's roles on this machine. */
export function addAgent(program: Command): void {
  program
    .command('agent')
    .description("run one node's roles on this machine")
    // No default of its own, which the help would show: the URL may hold a password.
    .addOption(new Option('--store <url>', 'the store of the deployment').env('HEDDLE_STORE').makeOptionMandatory())
    .requiredOption('--deployment <name>', 'the deployment', process.env['HEDDLE_DEPLOYMENT'])
    .requiredOption('--node <name>', 'the node that this machine is', process.env['HEDDLE_NODE'])
    .requiredOption(
      '--epoch <number>',
      'the epoch that this agent belongs to; an agent never follows a newer one',
      process.env['HEDDLE_EPOCH'],
    )
    .option('--directory <folder>', "the node's own working folder, kept between runs", '/var/lib/heddle')
    .option(
      '--credentials <file>',
      `who the node is to the store, a file that heddle seed wrote; default: ${credentialsVariable}`,
    )
    .option(
      '--outside <role>',
      'a role whose run somebody else starts, such as cron: the agent waits for it, and for further ones until it is stopped; may be given several times',
      (role: string, roles?: readonly string[]) => [...(roles ?? []), role],
    )
    .option(
      '--socket <path>',
      'where to serve the socket API; default: a new folder of its own, with --outside agent.sock in the working folder',
    )
    .option('--events', 'print events as JSON, one a line, instead of text')
    .addHelpText(
      'after',
      `
Examples:
  heddle agent --store heddle://10.0.0.5:7470 --deployment shop --epoch 1 --node web-0
  heddle agent --store heddle://10.0.0.5:7470 --deployment shop --epoch 1 --node web-0 --outside app`,
    )
    .action(async (options: Options) => {
      process.exitCode = await runAgent(options);
    });
}

async function runAgent(options: Options): Promise<number> {
  if (options.credentials !== undefined) process.env[credentialsVariable] = options.credentials;
  const up = process.env['HEDDLE_UP'];
  delete process.env['HEDDLE_UP'];
  await checkGrantee(options);
  // A third party's store is found from the folders above the node's own, where `heddle up` has the deployment file.
  const store = await openStore(options.store, { directory: resolve(options.directory) });
  try {
    const outcomes = await runNode({
      store,
      epoch: await openEpoch(store, options.deployment, options.epoch),
      node: options.node,
      directory: options.directory,
      socketPath: options.socket ?? (options.outside === undefined ? undefined : outsideSocket(options.directory)),
      outside: options.outside,
      machine: machineFromEnvironment(),
      listen: options.events === true ? printJson : printText,
      signal: interruption(options.node, up),
    });
    return exitCodeOf(outcomes.flatMap((outcome) => outcome.error ?? []));
  } finally {
    await store.close();
  }
}

/** `heddle up --isolate machine` tells the agent how to enter the node's machine. */
function machineFromEnvironment(): MachineEntry | undefined {
  const text = process.env['HEDDLE_MACHINE'];
  delete process.env['HEDDLE_MACHINE'];
  return text === undefined ? undefined : (JSON.parse(text) as MachineEntry);
}

function printJson(event: AgentEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function printText(event: AgentEvent): void {
  const line = eventLine(event, true);
  if (line !== undefined) process.stdout.write(`${line}\n`);
}
