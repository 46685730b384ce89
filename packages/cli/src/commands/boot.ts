import { resolve } from 'node:path';
import type { Command } from 'commander';
import { boot } from '../boot/boot.ts';
import { cloudInstanceFile } from '../boot/instance.ts';
import { bootInterruption } from '../boot/shutdown.ts';
import { durationOption } from './options.ts';

interface Options {
  readonly nodeFile: string;
  readonly signal: string;
  readonly directory: string;
  readonly patience?: number;
  readonly instance: string;
}

/** `heddle boot`: what a machine runs once, when it has been made. */
export function addBoot(program: Command): void {
  program
    .command('boot')
    .description('run the roles of a new machine as its node file says, and signal how they ended')
    .option('--node-file <file>', 'says which node of which deployment this machine is', '/etc/heddle/node.json')
    .option('--signal <program>', 'is told the end: SUCCESS or FAILURE, with the reason', '/etc/heddle/signal.sh')
    .option('--instance <file>', 'says what the cloud calls this machine, for a member of a group', cloudInstanceFile)
    .option('--directory <folder>', "the node's own working folder, kept between runs", '/var/lib/heddle')
    .option(
      '--patience <duration>',
      "how long the content and the store may be out of reach; default: the node file's, else 5m",
      durationOption,
    )
    .addHelpText(
      'after',
      `
The template that heddle compile writes has cloud-init start this on every new machine, with systemd as heddle.service.
Run again on the same machine, it runs the roles that have not ended well.

Examples:
  heddle boot
  heddle boot --node-file ./node.json --directory /tmp/web-0 --patience 30s`,
    )
    .action(async ({ nodeFile, signal, directory, patience, instance }: Options) => {
      process.exitCode = await boot({
        nodeFile,
        signalProgram: resolve(signal),
        directory: resolve(directory),
        ...(patience === undefined ? {} : { patienceMs: patience }),
        instanceFile: resolve(instance),
        signal: bootInterruption(),
      });
    });
}
