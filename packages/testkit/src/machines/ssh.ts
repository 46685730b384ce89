import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { execa } from 'execa';
import { runIn, writeIn } from './run-in.ts';
import type { Machine } from './types.ts';

/** Host keys that no other machine has, then the server; it has its process id written once it listens. */
const startServer = `set -e
rm -f /etc/ssh/ssh_host_* /run/sshd.pid
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
mkdir -p /run/sshd
/usr/sbin/sshd
for attempt in $(seq 600); do
  if [ -s /run/sshd.pid ]; then exec cat /etc/ssh/ssh_host_ed25519_key.pub; fi
  sleep 0.1
done
echo 'sshd does not listen after a minute' >&2
exit 1`;

/** How a client gets into machines over SSH, as root. */
export interface SshAccess {
  /** Private key, mode 0600. */
  readonly identityFile: string;
  /** The machines' host keys, by address and name. */
  readonly knownHostsFile: string;
  /** Words for ssh, scp and the like: the two files, and no question to anybody. */
  readonly words: readonly string[];
}

/**
 * Start an SSH server in each machine, with host keys of its own, and make one key that opens root's account in all of them.
 *
 * The servers end with their machines.
 * @param directory  Where the client's files go; a client in a machine has to see it (`binds`).
 * @throws HeddleError `tool-missing` without OpenSSH's server; `unexpected` with what a machine said.
 */
export async function openSsh(machines: Iterable<Machine>, directory: string): Promise<SshAccess> {
  const identityFile = join(directory, 'id_ed25519');
  const knownHostsFile = join(directory, 'known_hosts');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'client', '-f', identityFile]);
  const key = await readFile(`${identityFile}.pub`, 'utf8');
  const known = await Promise.all([...machines].map((machine) => letIn(machine, key)));
  await writeFile(knownHostsFile, known.join(''));
  const options = [`UserKnownHostsFile=${knownHostsFile}`, 'IdentitiesOnly=yes', 'BatchMode=yes'];
  return { identityFile, knownHostsFile, words: ['-i', identityFile, ...options.flatMap((option) => ['-o', option])] };
}

/** Give the line of the machine for a file of known hosts. */
async function letIn(machine: Machine, key: string): Promise<string> {
  const { exitCode: isAbsent } = await runIn(machine, ['test', '-x', '/usr/sbin/sshd']);
  if (isAbsent !== 0)
    throw new HeddleError('tool-missing', 'there is no /usr/sbin/sshd', { next: ['apt-get install openssh-server'] });
  await writeIn(machine, '/root/.ssh/authorized_keys', key, '600');
  const { exitCode, output } = await runIn(machine, ['sh', '-c', startServer]);
  if (exitCode !== 0) throw new HeddleError('unexpected', `${machine.name}: cannot start sshd: ${output.trim()}`);
  const [type = '', hostKey = ''] = output.trim().split(' ');
  return `${machine.address},${machine.name} ${type} ${hostKey}\n`;
}
