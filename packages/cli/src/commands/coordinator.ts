import { readFile } from 'node:fs/promises';
import { HeddleError } from '@heddle/core';
import { type CoordinatorKind, coordinatorCloudConfig, coordinatorTemplate } from '@heddle/heat';
import { Argument, type Command, Option } from 'commander';

interface Options {
  readonly output: 'template' | 'cloud-config';
  readonly passwordFile?: string;
}

/** `heddle coordinator`: a machine with a store, for those who have none. */
export function addCoordinatorCommand(program: Command): void {
  program
    .command('coordinator')
    .description('print what starts a ZooKeeper or etcd on a new machine: a Heat template, or user data for cloud-init')
    .addArgument(new Argument('<kind>', 'the store').choices(['zk', 'etcd']))
    .addOption(
      new Option('-o, --output <format>', 'a template of its own, or the user data alone')
        .choices(['template', 'cloud-config'])
        .default('template'),
    )
    .option('--password-file <file>', 'with -o cloud-config: holds the password of the user heddle, in its first line')
    .addHelpText(
      'after',
      `
The machine installs the package of its distribution (Debian, Ubuntu), or takes what its image has, and runs it as a unit
of systemd. It is one server: when it is away, waits go on until it is back. It is reached without encryption: let its
security group take its port (2181, 2379) from the machines of your stacks only. heddle compile --coordinator puts such a
server into a template and has it seed the plan.

Examples:
  heddle coordinator zk > coordinator.json && openstack stack create -t coordinator.json store
  heddle coordinator etcd -o cloud-config --password-file ./password > user-data`,
    )
    .action(coordinator);
}

async function coordinator(kind: CoordinatorKind, { output, passwordFile }: Options): Promise<void> {
  if (output === 'template') {
    if (passwordFile !== undefined) {
      throw new HeddleError('usage', 'Heat makes the password of a template: --password-file is for -o cloud-config');
    }
    process.stdout.write(coordinatorTemplate(kind));
    return;
  }
  if (passwordFile === undefined) {
    throw new HeddleError('usage', '-o cloud-config needs a password for the user heddle', {
      next: ['umask 077; openssl rand -hex 16 > password; heddle coordinator ... --password-file password'],
    });
  }
  process.stdout.write(coordinatorCloudConfig(kind, await readPassword(passwordFile)));
}

/** @throws config-invalid; messages hold nothing of the file's text. */
async function readPassword(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HeddleError('config-invalid', `the password cannot be read from ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const [password = ''] = text.split(/\r?\n/);
  if (/^[\x21-\x7e]+$/.test(password)) return password;
  throw new HeddleError('config-invalid', `the first line of ${path} is no password of printable ASCII without blanks`);
}
