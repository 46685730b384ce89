import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createMachines, type Machine, runIn, writeIn } from '@heddle/testkit';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import type { ExampleRun } from './example.ts';

const programs = ['/usr/sbin/exportfs', '/usr/sbin/rpc.nfsd', '/usr/sbin/rpc.mountd', '/sbin/mount.nfs'];

/** Whether this kernel has NFS, server and client, and this computer the programs of both (nfs-kernel-server). */
export async function hasNfs(): Promise<boolean> {
  if (!programs.every((program) => existsSync(program))) return false;
  // Where it is a module that cannot be loaded, the list does not have it.
  await execa('modprobe', ['--all', 'nfs', 'nfsd'], { reject: false });
  const known = (await readFile('/proc/filesystems', 'utf8')).split('\n').map((line) => line.split('\t').at(-1));
  return known.includes('nfs4') && known.includes('nfsd');
}

/** What a computer does when it boots: the share in memory, which has no name of its own that an export could go by, and the server of version 4. */
const serve = `set -eu
mount -t tmpfs -o mode=1777 tmpfs /srv/projects
sed -i 's/no_subtree_check/&,fsid=1/g' /etc/exports
mount -t nfsd nfsd /proc/fs/nfsd
mkdir -p /var/lib/nfs/v4recovery
/usr/sbin/exportfs -ra
/usr/sbin/rpc.nfsd --no-nfs-version 3 --grace-time 1 --lease-time 10 2
/usr/sbin/rpc.mountd --no-nfs-version 3
`;

/**
 * Start the machines of a run of the example again, with a server that serves what its role has exported, and mount it with the words that
 * the clients' roles have called: what one client writes, the other one reads.
 */
export async function mountForReal(run: ExampleRun, clients: readonly string[], call: string): Promise<void> {
  const names = ['files', ...clients];
  const set = await createMachines({
    directory: dirname(run.folder('files')),
    names,
    binds: [run.deployment.directory],
  });
  onTestFinished(() => set.close());
  const succeed = async (name: string, argv: readonly string[]) => {
    const { exitCode, output } = await runIn(set.machines.get(name) as Machine, argv);
    expect(exitCode, `${name}: ${argv.join(' ')}: ${output}`).toBe(0);
    return output;
  };
  await writeIn(set.machines.get('files') as Machine, '/root/serve', serve);
  await succeed('files', ['bash', '/root/serve']);
  // With "hard" a mount would wait for its server for ever.
  for (const client of clients)
    await succeed(client, ['timeout', '120', '/usr/bin/env', 'PATH=/usr/bin:/usr/sbin:/sbin', ...call.split(' ')]);
  const [first = '', ...others] = clients;
  await succeed(first, ['sh', '-c', 'echo from the first client >/mnt/projects/note']);
  for (const other of others) expect(await succeed(other, ['cat', '/mnt/projects/note'])).toBe('from the first client');
  for (const client of clients) await succeed(client, ['/usr/bin/umount', '/mnt/projects']);
  await set.close();
}
