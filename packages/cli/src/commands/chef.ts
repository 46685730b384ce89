import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { checkSocketPath, outsideSocket } from '../chef/outside-socket.ts';
import { requireOwnFolder } from '../chef/own-folder.ts';
import { installSnippet, uninstallSnippet } from '../chef/snippet-file.ts';
import { formatListing, outputOption } from '../output/listing.ts';

const actions = ['install', 'uninstall'] as const;

interface Options {
  readonly configDir: string;
  readonly directory: string;
  readonly socket?: string;
  readonly output: string;
}

/** `heddle chef`: let Chef runs that nobody wraps take part. */
export function addChef(program: Command): void {
  program
    .command('chef')
    .description('let plain chef-solo and chef-client runs of this machine take part, as the agent that runs here says')
    .addArgument(
      new Argument('<action>', 'install: drop one file into client.d; uninstall: remove it').choices(actions),
    )
    .option('--config-dir <folder>', 'the folder of the Chef configuration, of solo.rb or client.rb', '/etc/chef')
    .option('--directory <folder>', 'the working folder that heddle agent was given', '/var/lib/heddle')
    .option('--socket <path>', 'where the agent serves; default: agent.sock in its working folder')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Every Chef run with that configuration then asks the agent of this machine (heddle agent --outside ROLE) to be let in as a run of
its role, and ends with an error when there is none. HEDDLE_OFF=1 before a command takes one run out.

Examples:
  heddle chef install
  heddle chef install --config-dir /srv/chef-repo/.chef --directory /srv/heddle
  heddle chef uninstall`,
    )
    .action(async (action: (typeof actions)[number], options: Options) => {
      process.stdout.write(await (action === 'install' ? install(options) : uninstall(options)));
    });
}

async function install({ configDir, directory, socket: named, output }: Options): Promise<string> {
  const socket = named === undefined ? outsideSocket(directory) : checkSocketPath(resolve(named));
  requireOwnFolder(socket);
  const { file, changed } = await installSnippet(configDir, socket);
  return formatListing({ file, socket, changed }, output, () => {
    const what = changed ? `wrote ${file}` : `${file} is there already`;
    return `${what}: Chef runs with the configuration in ${resolve(configDir)} talk to the agent at ${socket}\n`;
  });
}

async function uninstall({ configDir, output }: Options): Promise<string> {
  const { file, changed } = await uninstallSnippet(configDir);
  return formatListing({ file, changed }, output, () => (changed ? `removed ${file}\n` : `there is no ${file}\n`));
}
