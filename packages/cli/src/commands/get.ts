import { type Command, Option } from 'commander';
import { type DeploymentOptions, deploymentOptions } from '../deployment/options.ts';
import { type GetInputOptions, getInput } from '../inside/get-input.ts';
import { lazyError } from '../lazy-error.ts';
import { findRoleSocket } from '../socket-client.ts';

/** What `heddle get` takes. */
export interface GetOptions extends DeploymentOptions, GetInputOptions {
  readonly epoch?: string;
  readonly reveal?: boolean;
}

/** `heddle get`: an input of the role that runs it, or a published value. */
export function addGet(program: Command): void {
  const command = program
    .command('get')
    .description('print a value: inside a role one of its inputs, elsewhere what a node has published')
    .argument(
      '<name>',
      'inside a role: the path of an input, db.host; elsewhere: NODE.OUTPUT, GROUP[0].OUTPUT, GROUP[*].OUTPUT',
    )
    .addOption(
      new Option('-o, --output <format>', 'text: a string as it is, anything else as JSON')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--wait', 'wait for a value that is not there; inside a role that is the default')
    .option('--no-wait', 'fail at once when the value is not there (exit code 20)')
    .option('--timeout <duration>', 'wait at most this long, e.g. 90s, 10m')
    .option(
      '--default <text>',
      'print this when the value does not come or is not there in time; never when the store is sick',
    )
    .option(
      '--background',
      'inside a role: the script goes on meanwhile (heddle get ... &), so this wait does not block it',
    )
    .option('--reveal', 'outside a role: print a sensitive value too')
    .option('--epoch <number>', 'outside a role: another epoch than the current one');
  deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  host=$(heddle get db.host)                inside a role: waits for the input db.host
  heddle get db.host --timeout 30s --default 127.0.0.1
  heddle get db.port                        elsewhere: output port of node db, as published now
  heddle get 'web[*].ip' --wait -o json     the outputs of all members, when all are there`,
    )
    .action(get);
}

async function get(name: string, options: GetOptions): Promise<void> {
  const isElsewhere = [options.file, options.store, options.deployment, options.epoch].some(
    (option) => option !== undefined,
  );
  const socket = isElsewhere ? undefined : await findRoleSocket();
  if (socket !== undefined) return getInput(socket, name, options);
  if (options.background === true) {
    throw await lazyError(
      'usage',
      '--background belongs to a wait of a role, and this command runs outside one (HEDDLE_SOCKET is not set)',
    );
  }
  const { printOutput } = await import('../outputs/print-output.ts');
  await printOutput(name, options);
}
