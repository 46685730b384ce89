import { describe, expect, it } from 'vitest';
import { find, play } from './find.ts';

const delegate = (facts: string, more = '') =>
  play(
    `- set_fact: ${facts}\n  delegate_to: "{{ item }}"\n  delegate_facts: true\n  loop: "{{ groups.all }}"\n${more}`,
  );

describe('a warning about a playbook', () => {
  it('tells of what a play sets for other hosts the output that gives it to them, until there is one', async () => {
    const files = { 'site.yml': delegate('{ Shard: 1, weight: 2 }') };
    expect((await find(files)).warnings).toEqual([
      'site.yml:3: sets Shard for other hosts (delegate_facts), which get it once its role has the output  shard: hostvars.*.Shard',
      'site.yml:3: sets weight for other hosts (delegate_facts), which get it once its role has the output  weight: hostvars.*.weight',
    ]);
    const outputs = ', outputs: { shard: hostvars.*.Shard, weight: hostvars.web-0.weight }';
    expect((await find(files, 'db', outputs)).warnings).toEqual([]);
  });

  it('says that such a variable is a secret under no_log, or when it is made of one', async () => {
    const secret = await find({ 'site.yml': delegate('{ token: 1 }', '  no_log: true\n') });
    expect(secret.warnings).toEqual([
      'site.yml:3: sets token for other hosts (delegate_facts), which get it once its role has the output  token: { path: "hostvars.*.token", sensitive: true }  # each reader needs an input with it',
    ]);
    const made = await find({
      'site.yml': `${play('- command: make\n  register: made\n  no_log: true')}\n${delegate('{ token: "{{ made.stdout }}" }')}`,
    });
    expect(made.warnings?.[0]).toContain('sensitive: true');
  });

  it('is not about what a play sets for its own machine, nor about plays for other nodes', async () => {
    const local = '- set_fact: { a: 1 }\n  delegate_to: localhost\n  delegate_facts: true\n';
    expect((await find({ 'site.yml': play(local) })).warnings).toEqual([]);
    const elsewhere = delegate('{ a: 1 }').replace('hosts: all', 'hosts: web');
    expect((await find({ 'site.yml': `${play('- debug:\n')}${elsewhere}` })).warnings).toEqual([]);
  });

  it('names what is probably meant by a variable of other hosts that nothing sets', async () => {
    const { warnings } = await find(
      {
        'hosts.ini': 'db zone=a\n',
        'group_vars/all.yml': 'db_prots: 1\n',
        'site.yml': play(`- set_fact: { db_port: 1 }
- debug: { msg: "{{ hostvars['db'].db_prot }} {{ hostvars.db.db_port }} {{ hostvars.db.hots }}" }
- debug: { msg: "{{ hostvars.db.db_prots }} {{ hostvars.db.zone }} {{ hostvars.db.colour }} {{ hostvars.db.ansible_host }}" }
- debug: { msg: "{{ hostvars.db.group_names }} {{ hostvars.db.inventory_hostname }}" }
`),
      },
      'db',
      ', outputs: { host: ip, group_name: g, hots2: x }',
    );
    expect(warnings).toEqual([
      'site.yml:4: reads db_prot of another host, which nothing sets; did you mean "db_port"?',
      'site.yml:4: reads hots of another host, which nothing sets; did you mean "host"?',
    ]);
  });

  it.each([
    ['an encrypted file', { 'group_vars/all.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' }],
    ['an inventory that is a program', { 'hosts.ini': '#!/bin/sh\n' }],
    ['a task that adds hosts', { 'tasks.yml': '- add_host: { name: x, db_prot: 1 }\n' }],
  ])('is not about such a variable where it may come from %s', async (_, files) => {
    const site = play(
      `- set_fact: { db_port: 1 }\n- debug: { msg: "{{ hostvars.db.db_prot }}" }\n${'tasks.yml' in files ? '- include_tasks: tasks.yml\n' : ''}`,
    );
    expect((await find({ 'site.yml': site, ...files })).warnings).toEqual([]);
  });
});
