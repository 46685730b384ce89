import { afterEach, describe, expect, it, vi } from 'vitest';
import { find } from './find.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what a playbook sets', () => {
  it('is of the nodes that the play names, by groups of the inventory too', async () => {
    const files = {
      'hosts.ini': '[servers]\nweb-[0:1]\n[stores]\ndb\n[everything:children]\nservers\nstores\n',
      'site.yml': [
        'servers',
        'everything:!stores',
        'stores',
        'everything',
        'servers,stores',
        'w*',
        '{{ who }}',
        'stores[0]',
        'everything[0]',
      ]
        .map((hosts, index) => `- hosts: "${hosts}"\n  tasks: [{ set_fact: { v${index}: 1 } }]\n`)
        .join(''),
    };
    const names = async (node: string) => (await find(files, node)).assigned.map((line) => line.split(' ')[0]);
    expect(await names('db')).toEqual(['v2', 'v3', 'v4', 'v6', 'v7', 'v8']);
    expect(await names('web')).toEqual(['v0', 'v1', 'v3', 'v4', 'v5', 'v6', 'v8']);
  });

  it('is of the first host of a group that one inventory has with hosts of its own, and else of any of them', async () => {
    const files = {
      'hosts.ini': '[web]\ndb\nweb-0\n[stores]\nweb-1\ndb\n[all]\nweb-0\n',
      'site.yml': ['web', 'stores', 'all', 'heddle_nodes', 'db']
        .map((name) => `- hosts: ${name}[0]\n  tasks: [{ set_fact: { of_${name}: 1 } }]\n`)
        .join(''),
    };
    const names = async (node: string) => (await find(files, node)).assigned.map((line) => line.split(' ')[0]);
    expect(await names('db')).toEqual(['of_all', 'of_db', 'of_heddle_nodes', 'of_web']);
    expect(await names('web')).toEqual(['of_all', 'of_heddle_nodes', 'of_stores', 'of_web']);
    const { 'hosts.ini': _, ...without } = files;
    expect((await find(without)).assigned.map((line) => line.split(' ')[0])).not.toContain('of_web');
  });

  it('is of the nodes in inventories of the environment and of more words for Ansible', async () => {
    vi.stubEnv('ANSIBLE_INVENTORY', 'some.ini,other.ini');
    const files = {
      'some.ini': '[stores]\ndb\n',
      'other.ini': '[servers]\nweb-0\n',
      'typed.ini': '[typed]\ndb\n',
      'site.yml': ['servers', 'stores', 'typed', 'none']
        .map((name) => `- hosts: ${name}\n  tasks: [{ set_fact: { of_${name}: 1 } }]\n`)
        .join(''),
    };
    const names = async (...words: readonly string[]) =>
      (await find(files, 'db', '', { extra_args: ['-v', ...words] })).assigned.map((line) => line.split(' ')[0]);
    expect(await names()).toEqual(['of_stores']);
    for (const words of [['-i', 'typed.ini'], ['-ityped.ini'], ['--inventory', 'typed.ini'], ['--inventory=typed.ini']])
      expect(await names(...words)).toEqual(['of_stores', 'of_typed']);
  });

  it('may be of any node in groups that tasks make, which is told', async () => {
    const { assigned, notes } = await find({
      'site.yml': `
- hosts: all
  tasks: [{ group_by: { key: "os_{{ os }}" } }]
- hosts: os_Debian:&db
  tasks: [{ set_fact: { a: 1 } }]
- hosts: web
  tasks: [{ set_fact: { b: 1 } }]
- hosts: os_*
  tasks: [{ set_fact: { c: 1 } }]
- hosts: localhost
  tasks: [{ set_fact: { d: 1 } }]
- hosts: os_Debian
`,
    });
    expect(assigned).toEqual(['a site.yml:5', 'c site.yml:9']);
    expect(notes).toEqual(['site.yml:4: is for hosts that only the run knows: os_Debian may be any node']);
  });

  it('may be of any node when the inventory is a program', async () => {
    const files = { 'hosts.ini': '#!/bin/sh\n', 'site.yml': '- hosts: somebody\n  tasks: [{ set_fact: { v: 1 } }]\n' };
    const { assigned, notes } = await find(files);
    expect(assigned).toEqual(['v site.yml:2']);
    expect(notes).toEqual([
      'hosts.ini:1: is an inventory that only Ansible can read: a play may be for any node',
      'site.yml:1: is for hosts that only the run knows: somebody may be any node',
    ]);
    const missing = await find({ 'site.yml': '- hosts: all\n' }, 'db', '', { inventory: ['gone.ini'] });
    expect(missing.notes).toEqual(['gone.ini:1: is an inventory that was not found here: a play may be for any node']);
  });
});

describe('a role of a node for which a playbook has no play', () => {
  const inventory = '[dbs]\nmaster\n\n[app]\nalpha\n';
  const site = '- hosts: dbs\n  tasks: []\n- hosts: app:!dbs\n  tasks: []\n';

  it('is told with the host that was probably meant, or those that there are', async () => {
    const { warnings } = await find({ 'hosts.ini': inventory, 'site.yml': site });
    expect(warnings).toEqual(['heddle.yaml:3: no play of site.yml is for db; the inventory has master and alpha']);
    const meant = await find({ 'hosts.ini': inventory.replace('alpha', 'web0'), 'site.yml': site }, 'web');
    expect(meant.warnings).toEqual(['heddle.yaml:3: no play of site.yml is for web-0; did you mean "web0"?']);
    expect((await find({ 'site.yml': '- hosts: dbs\n' })).warnings).toEqual([
      'heddle.yaml:3: no play of site.yml is for db',
    ]);
  });

  it.each([
    ['it is in a group of the inventory', '[dbs]\ndb\n', site],
    ['a play is for whoever runs it', inventory, '- hosts: localhost\n'],
    ['only the run knows the hosts', inventory, '- hosts: "{{ target }}"\n'],
    ['only Ansible can read the inventory', '#!/bin/sh\n', site],
    ['tasks make groups', inventory, `${site}- hosts: app\n  tasks: [{ group_by: { key: x } }]\n- hosts: x\n`],
    ['a playbook was not found', inventory, `${site}- import_playbook: acme.net.all\n`],
    ['a playbook is encrypted', inventory, '$ANSIBLE_VAULT;1.1;AES256\n'],
    ['there is no play', inventory, '[]\n'],
  ])('is not told when %s', async (_why, hosts, playbook) => {
    expect((await find({ 'hosts.ini': hosts, 'site.yml': playbook })).warnings).toEqual([]);
  });
});
