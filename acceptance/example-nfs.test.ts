import { describe, expect, it } from 'vitest';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';

const nfs: ExampleOptions = {
  name: 'nfs',
  nodes: ['files', 'client-0', 'client-1'],
  writes: ['/var/lib/nfs/etab', '/var/log/nfs-mounts.log'],
};

describe('the NFS example', () => {
  it('exports to exactly the clients, mounts what is exported, and writes what plain chef-solo writes that is given the addresses', {
    timeout: 300_000,
  }, async () => {
    const { end, deployment, trees } = await runExample(nfs);
    expect(complaints(end)).toEqual([]);
    expect(end.stdout).toContain('heddle: nfs, epoch 1: all 6 roles ended well');
    expect(end.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
    const written = await trees();
    expect(written).toEqual(await runPlain(nfs, { first: 'stand-ins/install' }));

    const share = '/srv/projects 10.77.0.11(rw,sync,no_subtree_check) 10.77.0.12(rw,sync,no_subtree_check)\n';
    expect(contentOf(written, 'files', 'etc/exports')).toBe(`# Written by Chef\n${share}`);
    expect(contentOf(written, 'files', 'var/lib/nfs/etab')).toBe(share);
    for (const client of ['client-0', 'client-1']) {
      expect(contentOf(written, client, 'var/log/nfs-mounts.log'), client).toBe(
        'mount -t nfs -o rw,hard,_netdev 10.77.0.10:/srv/projects /mnt/projects\n',
      );
      expect(contentOf(written, client, 'etc/fstab'), client).toMatch(
        /^10\.77\.0\.10:\/srv\/projects \/mnt\/projects nfs rw,hard,_netdev 0 2\n/m,
      );
    }
  });
});
