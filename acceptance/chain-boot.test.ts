import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Machine, reboot, runIn, writeIn } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BareChain, offered, startBareChain } from './support/bare-chain.ts';
import { eventually } from './support/eventually.ts';
import { packAnsible, packChef, packNode } from './support/tool-packages.ts';

const timeout = 600_000;

/** Remove Node.js, Chef and Ansible from a machine, and every package source but one of the test. */
const bareImage = `set -e
for program in node chef-solo cinc-solo; do
  while path=$(command -v $program); do rm -f "$path"; done
done
rm -rf /opt/chef /opt/cinc
dpkg --purge --force-depends ansible-core >/dev/null 2>&1
if command -v ansible-playbook; then exit 9; fi
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/*
echo 'deb [trusted=yes] http://CONTROL:8080/ ./' >/etc/apt/sources.list
`;

const server = (roles: string) =>
  `{ type: OS::Nova::Server, properties: { image: plain, flavor: m1.small }, metadata: { roles: [${roles}] } }`;

const template = (servers: Readonly<Record<string, string>>) =>
  `heat_template_version: 2018-08-31\nresources:\n${Object.entries(servers)
    .map(([name, roles]) => `  ${name}: ${server(roles)}\n`)
    .join('')}`;

/** Wait for a file of a machine that a role writes. */
const written = (chain: BareChain, name: string, path: string) =>
  eventually(`${name} has ${path}`, () => chain.has(name, path), 400_000);

const journal = (chain: BareChain, name: string) =>
  chain.run(name, 'journalctl', '--unit', 'heddle', '--output', 'cat', '--no-pager');

describe('machines without Node.js, Chef and Ansible', () => {
  it('install what their roles need, run them as a unit, and go on after a reboot half-way', { timeout }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-packages-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [node, chef, ansible] = [await packNode(folder), await packChef(folder), await packAnsible(folder)];
    const chain = await startBareChain({
      servers: ['db', 'web'],
      files: {
        'template.yaml': template({
          db: `{ name: first, command: [sh, -c, 'echo ran >>/srv/first'] },
               { name: store, chef: { run_list: ['recipe[store]'] }, inputs: { store.token: { get_attr: [web, token] } }, outputs: { port: store.port } }`,
          web: `{ name: gate, command: [sh, -c, 'until test -e /srv/open; do sleep 0.2; done; heddle set token=t0ken'], outputs: { token: token } },
                { name: app, ansible: { playbook: site.yml }, inputs: { store_port: { get_attr: [db, port] } } }`,
        }),
        'cookbooks/store/metadata.rb': "name 'store'\nversion '1.0.0'\n",
        'cookbooks/store/recipes/default.rb': `File.write('/srv/began', "began\\n", mode: 'a')
node.default['store']['port'] = 7001
file '/srv/token' do
  content node['store']['token']
end
`,
        'site.yml': `- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.copy: { dest: /srv/port, content: "{{ store_port }}" }
`,
      },
      prepare: async (machine) => {
        const script = bareImage.replace('CONTROL', controlAddress(machine));
        const { exitCode, output } = await runIn(machine, ['bash', '-c', script]);
        if (exitCode !== 0) throw new Error(`the image of ${machine.name}: exit ${exitCode}: ${output}`);
      },
      offers: async (cloud) => {
        for (const [name, file] of Object.entries(ansible))
          for (const path of [name, `./${name}`]) cloud.offer(path, file);
        const nodeSource = await offered(cloud, 'node.tar', node);
        return [
          '--node',
          nodeSource,
          '--chef',
          await offered(cloud, 'chef.tar', chef),
          '--ansible',
          'apt:ansible-core',
        ];
      },
    });
    await Promise.race([written(chain, 'db', 'srv/began'), chain.result]);
    await reboot(chain.machine('db'));
    await writeIn(chain.machine('web'), '/srv/open', '');
    const { result } = await chain.result;
    expect(result, `${await journal(chain, 'db')}\n${await journal(chain, 'web')}`).toMatchObject({
      state: 'CREATE_COMPLETE',
    });

    const read = (name: string, path: string) => readFile(join(chain.machine(name).rootDirectory, path), 'utf8');
    expect(await read('db', 'srv/token')).toBe('t0ken');
    expect(await read('web', 'srv/port')).toBe('7001');
    expect(await read('db', 'srv/first')).toBe('ran\n');
    expect(await read('db', 'srv/began')).toBe('began\nbegan\n');
    expect(chain.signals.map(({ handle, details }) => `${handle} ${details.status}`).toSorted()).toEqual([
      'heddle_handle_db SUCCESS',
      'heddle_handle_web SUCCESS',
    ]);

    expect(chain.signals.find(({ handle }) => handle === 'heddle_handle_db')?.details.reason).toMatch(
      /this was boot 2 of the machine$/,
    );

    // Each machine has what its roles use, and nothing else.
    for (const name of ['db', 'web']) expect(await chain.has(name, 'opt/heddle/node/bin/node'), name).toBe(true);
    expect([await chain.has('db', 'opt/heddle/chef/bin/chef-solo'), await chain.has('web', 'opt/heddle/chef')]).toEqual(
      [true, false],
    );
    expect(await chain.run('web', 'dpkg-query', '--show', '--showformat=${Status}', 'ansible-core')).toBe(
      'install ok installed',
    );
    expect(await chain.run('db', 'sh', '-c', 'command -v ansible-playbook || echo none')).toBe('none');

    const said = await journal(chain, 'db');
    expect(said).toMatch(/boot 1 of this machine, begun at \S+, did not end: what has not ended well runs again/);
    expect(said).toMatch(/db first +done before; not run again/);
    expect(await journal(chain, 'web')).toContain('installs ansible from apt:ansible-core');

    // Heat was told: one more restart runs nothing and signals nothing.
    await reboot(chain.machine('db'));
    const state = await chain.run(
      'db',
      'systemctl',
      'show',
      'heddle',
      '--property',
      'ConditionResult,ActiveState,UnitFileState',
    );
    expect(state.split('\n').toSorted()).toEqual([
      'ActiveState=inactive',
      'ConditionResult=no',
      'UnitFileState=enabled',
    ]);
    expect(chain.signals).toHaveLength(2);
  });

  it('run nothing of an archive of Node.js with another sha256, and say so', { timeout }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-packages-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const node = await packNode(folder);
    const chain = await startBareChain({
      servers: ['db'],
      files: { 'template.yaml': template({ db: "{ name: first, command: ['true'] }" }) },
      prepare: async (machine) => {
        const remove = 'while path=$(command -v node); do rm -f "$path"; done';
        await runIn(machine, ['bash', '-c', remove]);
      },
      offers: async (cloud) => ['--node', await offered(cloud, 'node.tar', node, 'ab'.repeat(32))],
    });
    const { result, cloud } = await chain.result;
    const why = `the package of node from http://${cloud.control.address}:8080/node.tar has not the sha256 that the template names: expected ${'ab'.repeat(32)}`;
    expect(result).toMatchObject({ state: 'CREATE_FAILED', reason: expect.stringContaining(why) });
    expect(await journal(chain, 'db')).toContain(`heddle boot.sh: ${why}`);
    expect(await chain.run('db', 'systemctl', 'is-failed', 'heddle')).toBe('failed');
    expect(await chain.has('db', 'opt/heddle/node')).toBe(false);
  });
});

describe('a machine that cannot end', () => {
  it('says which role does not end and who waits for what, before Heat gives it up', { timeout }, async () => {
    const chain = await startBareChain({
      servers: ['db', 'web'],
      files: {
        'template.yaml': template({
          db: '{ name: endless, command: [sleep, infinity], outputs: { port: port } }',
          web: '{ name: app, command: [sh, -c, "heddle get port"], inputs: { port: { get_attr: [db, port] } } }',
        }),
      },
      prepare: async () => undefined,
      flags: ['--timeout', '90s'],
    });
    const { result } = await chain.result;
    expect(result.state).toBe('CREATE_FAILED');
    await eventually('both machines have signalled', async () => chain.signals.length === 2);
    const reasons = Object.fromEntries(chain.signals.map(({ handle, details }) => [handle, details.reason]));
    expect(reasons['heddle_handle_db']).toMatch(
      /^\[role-failed\] db role endless was stopped: it had not ended after 1m, shortly before Heat gives it up\nrole endless waits for no value: it runs/,
    );
    expect(reasons['heddle_handle_web']).toMatch(/db\.port/);
    expect(await journal(chain, 'db')).toContain('db role endless was stopped');
    expect(await chain.run('db', 'systemctl', 'show', 'heddle', '--property', 'Result')).toBe('Result=exit-code');
  });

  it('says that it does not reach its store', { timeout }, async () => {
    const chain = await startBareChain({
      servers: ['db'],
      files: { 'template.yaml': template({ db: "{ name: first, command: ['true'] }" }) },
      prepare: async () => undefined,
      flags: ['--patience', '3s'],
      parameters: ({ control }) => ({ heddle_store: `zk://${control.address}:1/heddle` }),
    });
    const { result, cloud } = await chain.result;
    expect(result.state).toBe('CREATE_FAILED');
    expect(result.reason).toMatch(/\[unavailable\]/);
    expect(result.reason).toContain(`${cloud.control.address}:1`);
    expect(await journal(chain, 'db')).toContain(
      `heddle boot: [unavailable] the store zk://${cloud.control.address}:1/heddle`,
    );
  });
});

/** The control machine is the first of the set's network. */
function controlAddress({ address }: Machine): string {
  return address.replace(/\.\d+$/, '.10');
}
