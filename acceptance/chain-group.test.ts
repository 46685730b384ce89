import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { chainOf, type TemplateExample, type TestChain } from './support/chain.ts';
import { booted, read } from './support/chain-machine.ts';

const timeout = 600_000;
const clients = ['client-0', 'client-1'];
const nfs: TemplateExample = {
  name: 'nfs',
  deployment: 'nfs',
  servers: ['files', ...clients],
  writes: ['/etc/exports', '/var/lib/nfs/etab', '/var/log/nfs-mounts.log', '/srv/projects', '/mnt/projects'],
};

/** The bodies of all signals. */
const signalsOf = (chain: TestChain) =>
  chain.events.flatMap((event) => (event.kind === 'signal' ? [event.details as { id: string }] : []));

/** Check that the server exports to exactly its clients, and that each has mounted what it exports. */
async function checkMounts(chain: TestChain): Promise<void> {
  const files = await booted(chain, 'files');
  const machines = await Promise.all(clients.map((name) => booted(chain, name)));
  const etab = await read(files, 'var/lib/nfs/etab');
  const [share, ...allowed] = etab.trimEnd().split(' ');
  expect(share).toBe('/srv/projects');
  expect(allowed.toSorted()).toEqual(machines.map(({ address }) => `${address}(rw,sync,no_subtree_check)`).toSorted());
  for (const machine of machines) {
    expect(await read(machine, 'var/log/nfs-mounts.log')).toBe(
      `mount -t nfs -o rw,hard,_netdev ${files.address}:/srv/projects /mnt/projects\n`,
    );
  }
}

describe('an NFS server and a ResourceGroup of its clients, which need each other', () => {
  it('become a complete stack whose server exports to the clients in their order, and all have mounted', {
    timeout,
  }, async () => {
    const chain = await chainOf(nfs);
    expect(chain.result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    await checkMounts(chain);
    const [files, first, second] = await Promise.all(nfs.servers.map((name) => booted(chain, name)));
    const addresses = [first?.address, second?.address];
    expect(await read(files as Machine, 'etc/exports')).toBe(
      `# Who may mount what\n/srv/projects ${addresses.map((address) => `${address}(rw,sync,no_subtree_check)`).join(' ')}\n`,
    );
    // Heat's own addresses are those that the machines have told each other.
    expect(chain.result.outputs['clients']).toEqual(addresses);
    const { mounted, exported } = chain.result.outputs as Record<string, string>;
    expect(JSON.parse(exported ?? '')).toEqual({ files: '{"exported":"/srv/projects"}' });
    const told = JSON.stringify({ mounted_from: files?.address });
    expect(JSON.parse(mounted ?? '')).toEqual({ 'client-0': told, 'client-1': told });
    expect(signalsOf(chain)).toHaveLength(3);
    expect(
      signalsOf(chain)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['client-0', 'client-1', 'files']);
  });

  it('become one with an AutoScalingGroup, too, whose members learn when they boot which they are, and fetch who they are to the store', {
    timeout,
  }, async () => {
    const chain = await chainOf(nfs, { change: scaling, storeUser: { user: 'joe', password: 'pass-of-joe' } });
    expect(chain.result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    await checkMounts(chain);
    const fetched = await Promise.all(
      clients.map(async (name) => {
        const text = await read(await booted(chain, name), 'var/lib/heddle/credentials.json');
        return (JSON.parse(text) as { node: string }).node;
      }),
    );
    expect(fetched.toSorted()).toEqual(clients);
    expect(
      signalsOf(chain)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['client-0', 'client-1', 'files']);
  });

  it('fail with the error of a member, and name the member', { timeout }, async () => {
    const recipe = "raise 'the client has no room'\n";
    const chain = await chainOf(nfs, {
      change: (folder) => writeFile(join(folder, 'cookbooks/nfs/recipes/client.rb'), recipe),
    });
    expect(chain.result.state).toBe('CREATE_FAILED');
    expect(chain.result.reason).toMatch(
      /client-[01] role nfs \(nfs\/recipes\/client\.rb:1\) failed: the client has no room/,
    );
  });
});

/** Make the group of clients one that scales. */
async function scaling(folder: string): Promise<void> {
  const file = join(folder, 'template.yaml');
  const text = await readFile(file, 'utf8');
  const changed = text
    .replace('OS::Heat::ResourceGroup', 'OS::Heat::AutoScalingGroup')
    .replace(
      'count: { get_param: clients }',
      'min_size: 1\n      max_size: 4\n      desired_capacity: { get_param: clients }',
    )
    .replace('resource_def:', 'resource:')
    .replace('          name: client-%index%\n', '')
    .replaceAll('[client, first_address]', '[client, outputs_list, first_address]')
    .replace('[client, mounted_from]', '[client, outputs_list, mounted_from]');
  await writeFile(file, changed);
}
