import { describe, expect, it } from 'vitest';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';
import { hasNfs, mountForReal } from './support/real-nfs.ts';

const isReal = await hasNfs();
const clients = ['client-0', 'client-1'];
const nfs: ExampleOptions = {
  name: 'nfs',
  nodes: ['files', ...clients],
  // A computer with the server has a list of exports of its own.
  writes: [...(isReal ? [] : ['/var/lib/nfs/etab']), '/var/log/nfs-mounts.log'],
};
const call = 'mount -t nfs -o rw,hard,_netdev 10.77.0.10:/srv/projects /mnt/projects';

/** Run a form of the example on machines and read what it wrote; where the kernel has NFS, what is exported can be mounted. */
async function filesOf(form: ExampleOptions) {
  const run = await runExample(form);
  const { end, deployment } = run;
  expect(complaints(end)).toEqual([]);
  expect(end.stdout).toContain(`heddle: ${form.deploymentName ?? form.name}, epoch 1: all 6 roles ended well`);
  expect(end.exitCode).toBe(0);
  expect(await deployment.processes()).toEqual([]);
  const trees = await run.trees();
  if (isReal) await mountForReal(run, clients, call);
  return trees;
}

describe('the NFS example', () => {
  it('exports to exactly the clients, mounts what is exported, and writes the same by Chef, by Ansible, and by plain chef-solo that is given the addresses', async () => {
    const written = await filesOf(nfs);
    const share = '/srv/projects 10.77.0.11(rw,sync,no_subtree_check) 10.77.0.12(rw,sync,no_subtree_check)\n';
    expect(contentOf(written, 'files', 'etc/exports')).toBe(`# Who may mount what\n${share}`);
    expect(contentOf(written, 'files', 'var/lib/nfs/etab')).toBe(share);
    for (const client of clients) {
      expect(contentOf(written, client, 'var/log/nfs-mounts.log'), client).toBe(`${call}\n`);
      expect(contentOf(written, client, 'etc/fstab'), client).toMatch(
        /^10\.77\.0\.10:\/srv\/projects \/mnt\/projects nfs rw,hard,_netdev 0 2\n/m,
      );
    }
    expect(await filesOf({ ...nfs, file: 'ansible.yaml', deploymentName: 'nfs-ansible' })).toEqual(written);
    expect(await runPlain(nfs, { first: 'stand-ins/install' })).toEqual(written);
  });
});
