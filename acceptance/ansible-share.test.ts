// Case 31: a variable that no output declares is waited for, and undefined when its host has ended well without setting it
// Note: with `share: true` for what the playbooks name, with `undeclared: wait` for the others; without these it is undefined at once
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { filesWith } from './support/files-with.ts';
import { markVariable } from './support/processes.ts';
import { readTree } from './support/read-tree.ts';

/** An ordinary repository: a playbook for all, roles, templates, group variables. Nothing in it knows of Heddle. */
const repository = {
  'ansible.cfg': '[defaults]\ninventory = hosts.ini\ngathering = smart\n',
  'hosts.ini': '[databases]\ndb\n\n[frontends]\nweb-[0:1]\n\n[shop:children]\ndatabases\nfrontends\n',
  'group_vars/databases.yml': 'db_url: "db://{{ inventory_hostname }}:{{ db_port }}"\nmode: "with {{ replicas }}"\n',
  'site.yml': `
- import_playbook: databases.yml
- name: The web servers
  hosts: frontends
  roles: [web]
- name: Everybody
  hosts: shop
  tasks:
    - import_tasks: tasks/everybody.yml
`,
  'databases.yml': `
- name: The database
  hosts: databases
  roles:
    - role: db
      vars: { base: 5400 }
`,
  'roles/db/defaults/main.yml': 'base: 1000\nspare: a default is no variable of the host\n',
  'roles/db/tasks/main.yml': `
- name: Make a password
  ansible.builtin.command: printf 'secret-%s' 42
  register: password_made
  no_log: true
- name: Keep the password
  ansible.builtin.set_fact:
    db_password: "{{ password_made.stdout }}"
- include_tasks: "{{ 'ports' }}.yml"
`,
  'roles/db/tasks/ports.yml': `
- name: Choose a port
  set_fact:
    db_port: "{{ base + 32 }}"
    replicas: 2
    unread: nobody reads this
    looks: !unsafe "{{ 1 + 1 }}"
- name: Make a list one by one
  set_fact:
    shards: "{{ shards | default([]) + ['shard-' ~ item] }}"
  loop: [1, 2, 3]
- name: Not on this one
  set_fact: { standby: true, spare: true, mode: alone }
  when: false
`,
  'roles/web/tasks/main.yml': `
- name: Make a key
  command: printf 'ssh-ed25519 %s' "{{ inventory_hostname }}"
  register: host_key
- name: Write the configuration
  template: { src: app.conf.j2, dest: "{{ out }}/{{ inventory_hostname }}/app.conf" }
`,
  'roles/web/templates/app.conf.j2': `
{# hostvars['db'].unread is only in a comment #}
{% set database = groups['databases'][0] %}
url = {{ hostvars[database].db_url }}
port = {{ hostvars[database]['db_port'] }} {{ hostvars[database].replicas + 1 }} {{ hostvars[database].looks }}
password = {{ hostvars[database].db_password }}
shards = {{ hostvars.db.shards | join(',') }}
standby = {{ hostvars['db'].standby is defined }} {{ hostvars['db'].standby | default('none') }} {{ 'standby' in hostvars['db'] }}
mode = {{ hostvars.db.mode }} {{ hostvars.db.spare | default('no spare') }}
all = {{ hostvars.db | dict2items | selectattr('key', 'in', ['db_port', 'mode', 'spare', 'standby']) | items2dict | to_json(sort_keys=true) }}
`,
  'tasks/everybody.yml': `
- name: Write down everybody's keys
  copy:
    dest: "{{ out }}/{{ inventory_hostname }}/keys"
    content: |
      {{ groups['frontends'] | map('extract', hostvars, ['host_key', 'stdout']) | join('\\n') }}
      {% for host in groups['shop'] if hostvars[host].host_key is defined %}
      {{ host }} {{ hostvars[host].host_key.rc + 1 }}
      {% endfor %}
`,
};

const nodes = ['db', 'web-0', 'web-1'];
const heddleFile = (options: string) => `
heddle: 1
deployment: shop
nodes:
  db: { roles: [{ name: site, ansible: { playbook: site.yml, vars: { out: out }${options} } }] }
  web:
    count: 2
    roles: [{ name: site, ansible: { playbook: site.yml, vars: { out: out }${options} } }]
`;

describe.each(Object.entries(ansiblePrograms))('a repository with share: true and ansible-core %s', (_, program) => {
  it('writes the files of one ordinary run, and no output is declared', async () => {
    const deployment = await Deployment.create({
      ...repository,
      'heddle.yaml': heddleFile(`, share: true, program: ${program}`),
    });
    const folder = (name: string) => join(deployment.directory, name);
    for (const way of ['out', 'pushed'])
      for (const node of nodes) await mkdir(folder(join(way, node)), { recursive: true });
    const python = ['-e', 'ansible_python_interpreter=/usr/bin/python3'];
    await execa(program, ['-c', 'local', '-e', 'out=pushed', ...python, 'site.yml'], {
      cwd: deployment.directory,
      env: { LC_ALL: 'C.UTF-8', [markVariable]: deployment.directory },
    });

    const result = await deployment.heddle('up', '-v');

    expect(result.stdout + result.stderr).toContain('heddle: shop, epoch 1: all 3 roles ended well');
    expect(await readTree(folder('out'))).toEqual(await readTree(folder('pushed')));
    expect(await deployment.read('out/web-1/app.conf')).toContain('password = secret-42');
    expect(await filesWith(deployment, 'nobody reads this')).toEqual(['roles/db/tasks/ports.yml']);
    expect(result.stdout + result.stderr).not.toContain('secret-42');
    // Nobody has promised what no task sets.
    expect(result.stdout + result.stderr).not.toContain('without writing');
    expect(await deployment.processes()).toEqual([]);
  });

  it('waits with undeclared: wait for the end of a host whose variable is set under a computed name, then has none', async () => {
    const deployment = await Deployment.create({
      'heddle.yaml': heddleFile(`, share: true, undeclared: wait, program: ${program}`),
      'site.yml': `
- hosts: db
  gather_facts: false
  tasks:
    - debug: { msg: "{{ hostvars['web-1'].begun }}" }
    - set_fact: { "{{ 'late' }}": 1 }
    - copy: { content: "", dest: "{{ out }}/end" }
- hosts: web-1
  gather_facts: false
  tasks:
    - set_fact: { begun: true }
    - copy: { content: "{{ hostvars['db'].late | default('none') }} {{ (out ~ '/end') is exists }}\\n", dest: "{{ out }}/web" }
`,
    });
    await mkdir(join(deployment.directory, 'out'));
    const result = await deployment.heddle('up', '-v');
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(await deployment.read('out/web')).toBe('none True\n');
  });

  it('tells who asks why it waits where the variable is set that it waits for', async () => {
    const deployment = await Deployment.create({
      'heddle.yaml': heddleFile(`, share: true, program: ${program}`),
      'site.yml': `
- hosts: db
  gather_facts: false
  tasks:
    - command: sh -c 'read line < gate'
    - set_fact: { late: it }
- hosts: web-0
  gather_facts: false
  tasks:
    - debug: { msg: "{{ hostvars['db'].late }}" }
`,
    });
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/web-0 site +waits for db\.late/);
    const why = await deployment.heddle('why', 'web-0');
    expect(why.stdout).toMatch(
      /^ {2}-> db role site, which is to write db\.late \(found in site\.yml:6\), runs command/m,
    );
    await gate.open();
    expect((await run.end()).exitCode).toBe(0);
  });
});
