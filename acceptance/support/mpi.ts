import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ExampleOptions, Trees } from './example.ts';

export const machines = ['head', 'worker-0', 'worker-1', 'worker-2'] as const;

/** What both forms of the example have in common. */
export const mpi: ExampleOptions = {
  name: 'mpi',
  nodes: machines,
  writes: ['/etc/mpi', '/var/lib/mpi', '/usr/local/bin/ring'],
  written: ['etc/hosts'],
};

/** What the program says when it has been on all machines. */
export function ringOf(names: readonly string[]): string {
  return [...names, names[0]].join(' -> ');
}

export const ringAround = ringOf(machines);

const home = 'var/lib/mpi/.ssh';
const ring = fileURLToPath(new URL('../../examples/mpi/cookbooks/mpi/files/ring', import.meta.url));

/** What a machine made by itself, and the others have to know. */
export interface Member {
  readonly name: string;
  readonly address: string;
  /** Type and key, without a comment. */
  readonly hostKey: string;
  readonly userKey: string;
}

/** Read the machines' own keys from the files where OpenSSH has them. */
export function readMembers(trees: Trees, names: readonly string[] = machines): Member[] {
  return names.map((name, index) => ({
    name,
    address: `10.77.0.${10 + index}`,
    hostKey: textOf(trees, name, 'etc/ssh/ssh_host_ed25519_key.pub').split(' ').slice(0, 2).join(' '),
    userKey: textOf(trees, name, `${home}/id_ed25519.pub`).trimEnd(),
  }));
}

/**
 * The files that every machine must have in the end, written from the machines' own keys: path to mode, owner and content.
 *
 * @param clusterKey  As the head has it.
 * @param names  All machines, the head first.
 */
export async function expectedFiles(
  trees: Trees,
  clusterKey: string,
  names: readonly string[] = machines,
): Promise<Readonly<Record<string, string>>> {
  const members = readMembers(trees, names);
  const lines = (line: (member: Member) => string) => members.map((member) => `${line(member)}\n`).join('');
  const owner = ownerOf(trees);
  return {
    'etc/hosts': `644 0:0\n127.0.0.1 localhost\n${lines(({ address, name }) => `${address} ${name}`)}`,
    'etc/ssh/ssh_known_hosts': `644 0:0\n${lines(({ address, name, hostKey }) => `${name},${address} ${hostKey}`)}`,
    [`${home}/authorized_keys`]: `600 ${owner}\n${lines(({ userKey }) => userKey)}`,
    'etc/mpi/hostfile': `644 0:0\n${lines(({ name }) => `${name} slots=1`)}`,
    'etc/mpi/cluster.key': `400 ${owner}\n${clusterKey}`,
    'usr/local/bin/ring': `755 0:0\n${await readFile(ring, 'utf8')}`,
  };
}

/** Those of a machine's files that `expectedFiles` lists. */
export function filesOf(trees: Trees, machine: string, expected: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.keys(expected).map((file) => [file, trees[machine]?.[file]]));
}

/** User and group of the user mpi, by number. */
function ownerOf(trees: Trees): string {
  const [, , uid, gid] =
    textOf(trees, 'head', 'etc/passwd')
      .match(/^mpi:.*$/m)?.[0]
      .split(':') ?? [];
  return `${uid}:${gid}`;
}

function textOf(trees: Trees, machine: string, file: string): string {
  const found = trees[machine]?.[file];
  if (found === undefined) throw new Error(`${machine} has no ${file}`);
  return found.replace(/^.*\n/, '');
}
