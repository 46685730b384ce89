import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, type AgentEvent, credentialVariables, type MachineEntry, openStore } from '@heddle/agent';
import { exitCodeOf, HeddleError, openEpoch } from '@heddle/core';
import { type Command, Option } from 'commander';
import { adapters } from '../adapters.ts';
import { binFolder } from '../assets.ts';
import { eventLine } from '../output/event-lines.ts';
import { version } from '../version.ts';

interface Options {
  readonly store: string;
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly directory: string;
  readonly socket?: string;
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
    .option('--socket <path>', 'where to serve the socket API; default: a new folder of its own')
    .option('--events', 'print events as JSON, one a line, instead of text')
    .addHelpText(
      'after',
      '\nExample:\n  heddle agent --store heddle://10.0.0.5:7470 --deployment shop --epoch 1 --node web-0',
    )
    .action(async (options: Options) => {
      process.exitCode = await runAgent(options);
    });
}

async function runAgent(options: Options): Promise<number> {
  // A third party's store is found from the folders above the node's own, where `heddle up` has the deployment file.
  const store = await openStore(options.store, { directory: resolve(options.directory) });
  // Passwords are none of the roles' business.
  for (const variable of ['HEDDLE_STORE', ...credentialVariables]) delete process.env[variable];
  const ownFolder = options.socket === undefined ? await mkdtemp(join(tmpdir(), 'heddle-')) : undefined;
  try {
    const machine = machineFromEnvironment();
    const agent = new Agent({
      store,
      epoch: await openEpoch(store, options.deployment, options.epoch),
      node: options.node,
      nodeDirectory: resolve(options.directory),
      socketPath: options.socket ?? join(ownFolder ?? '', 'agent.sock'),
      adapters,
      version,
      binDirectory: binFolder(),
      ...(machine === undefined ? {} : { machine }),
    });
    agent.events.listen(options.events === true ? printJson : printText);
    const stop = (signal: NodeJS.Signals) =>
      agent.stop(new HeddleError('interrupted', `${options.node} was interrupted by ${signal}`));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
    // Nobody reads any more, such as a killed `heddle up`: the agent still has to stop its role in order.
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
    const outcomes = await agent.run();
    return exitCodeOf(outcomes.flatMap((outcome) => outcome.error ?? []));
  } finally {
    await store.close();
    if (ownFolder !== undefined) await rm(ownFolder, { recursive: true, force: true });
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
