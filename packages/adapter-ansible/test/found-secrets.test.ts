import { afterEach, describe, expect, it, vi } from 'vitest';
import { find, findAll, play } from './find.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what a playbook sets', () => {
  it('is secret under no_log of task, block, play or role, from a vault, and when it is made of what is', async () => {
    const { secret } = await find({
      'site.yml': `
- hosts: all
  no_log: true
  tasks: [{ set_fact: { of_play: 1 } }]
- hosts: all
  roles: [{ role: hidden, no_log: yes }]
  tasks:
    - { set_fact: { plain: 1 }, no_log: no }
    - block: [{ command: "true", register: of_block }]
      no_log: "{{ quiet }}"
    - set_fact: { made: "{{ of_block.stdout | trim }}" }
    - set_fact: { made_again: "x{{ made }}" }
    - set_fact: { vaulted: !vault "$ANSIBLE_VAULT;1.1;AES256" }
`,
      'roles/hidden/tasks/main.yml': '- set_fact: { of_role: 1 }\n',
    });
    expect(secret).toEqual(['made', 'made_again', 'of_block', 'of_play', 'of_role', 'vaulted']);
  });

  it.each([
    ['a vault value of a group', {}, { 'group_vars/all.yml': 'v: !vault "$ANSIBLE_VAULT;1.1;AES256"\n' }],
    ['a vault value of a play', { more: '  vars: { v: !vault "$ANSIBLE_VAULT;1.1;AES256" }\n' }, {}],
    ['a vault value of a file of a play', { more: '  vars_files: [v.yml]\n' }, { 'v.yml': 'v: [{ w: !vault "x" }]\n' }],
    ['a vault value of a role', { more: '  roles: [r]\n' }, { 'roles/r/vars/main.yml': 'v: !vault "x"\n' }],
    [
      'a parameter of a role',
      { more: '  roles: [{ role: r, v: "{{ hidden }}" }]\n' },
      { 'roles/r/tasks/main.yml': '[]' },
    ],
    ['a variable of a play that is made of a hidden result', { more: '  vars: { v: "{{ hidden.stdout }}" }\n' }, {}],
    ['a variable of a group that is', {}, { 'group_vars/all/a.yml': 'v: "{{ w }}"\nw: "x{{ hidden }}"\n' }],
    ['an encrypted file of a group', {}, { 'group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' }],
    [
      'an encrypted file of a play',
      { more: '  vars_files: [v.yml]\n' },
      { 'v.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' },
    ],
    [
      'a default of a role that is',
      { more: '  roles: [r]\n' },
      {
        'roles/r/defaults/main.yml': 'v: "{{ vault_v }}"\n',
        'group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
      },
    ],
  ])('is secret when it is made of %s', async (_, { more = '' }: { more?: string }, files: Record<string, string>) => {
    const tasks = `- command: "true"\n  register: hidden\n  no_log: true
- set_fact: { x: "{{ v | trim }}", port: "{{ ansible_port | default(5432) }}", plain: "{{ own.v_of }}" }
- set_fact: { own: 1 }
`;
    expect((await find({ 'site.yml': play(tasks, more), ...files })).secret).toEqual(['hidden', 'x']);
  });

  it('is secret through the variables of blocks, tasks and includes', async () => {
    const { secret } = await find({
      'site.yml': play(`
- block:
    - set_fact: { a: "{{ of_block }}" }
    - set_fact: { b: "{{ of_task }}" }
      vars: { of_task: !vault "x" }
    - include_tasks: more.yml
      vars: { of_include: "{{ of_task }}" }
    - set_fact: { plain: "{{ other }}" }
  vars: { of_block: !vault "x", other: 1 }
`),
      'more.yml': '- set_fact: { c: "{{ of_include }}" }\n',
    });
    expect(secret).toEqual(['a', 'b', 'c']);
  });

  it('is told of an encrypted file', async () => {
    const { notes } = await find({
      'site.yml': play('- set_fact: { x: "{{ v }}" }\n'),
      'group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
    });
    expect(notes).toEqual([
      'group_vars/all/vault.yml:1: is encrypted: what is made of variables that no readable file defines counts as secret',
    ]);
  });

  it('is secret when it is made of a sensitive input', async () => {
    const files = {
      'site.yml': play('- set_fact: { x: "{{ key }}", y: "{{ port }}" }\n'),
      'group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
    };
    const inputs = ', inputs: { key: "${ops.key}", port: "${ops.port}" }';
    expect((await find(files, 'db', inputs)).secret).toEqual(['x']);
  });

  it.each([
    ['ansible.cfg', '[defaults]\nforks = 3\nno_log = True ; not on the screen\n', ['x']],
    ['ansible.cfg', '[defaults]\nno_log = no\n[other]\nno_log = yes\n', []],
    ['elsewhere.cfg', '[defaults]\nno_log: on\n', ['x']],
  ])('is secret when the configuration hides all tasks: %s', async (name, text, secret) => {
    vi.stubEnv('ANSIBLE_CONFIG', name === 'ansible.cfg' ? undefined : name);
    expect((await find({ 'site.yml': play('- set_fact: { x: 1 }\n'), [name]: text })).secret).toEqual(secret);
  });

  it('is secret when the environment hides all tasks', async () => {
    vi.stubEnv('ANSIBLE_NO_LOG', 'yes');
    expect((await find({ 'site.yml': play('- set_fact: { x: 1 }\n') })).secret).toEqual(['x']);
  });

  it('is secret when it is made of what the playbook of another role hides', async () => {
    const all = await findAll(
      {
        'db.yml': play('- { set_fact: { key: 1 }, no_log: yes }\n'),
        'web.yml': play('- set_fact: { url: "x{{ hostvars[\'db\'].key }}", plain: "{{ other }}" }\n'),
        'more.yml': play('- set_fact: { again: "{{ hostvars[x].url }}", own: { key: 1 } }\n'),
      },
      ['db.yml', 'web.yml', 'more.yml'],
    );
    expect(all.map(({ secret }) => secret)).toEqual([['key'], ['url'], ['again']]);
  });
});
