import { describe, expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const files = (options = '') => ({
  'heddle.yaml': `heddle: 1
deployment: shop
nodes:
  db: { roles: [{ name: site, ansible: { playbook: site.yml${options} } }] }
  web: { count: 2, roles: [{ name: site, ansible: { playbook: site.yml${options} } }] }
`,
  'site.yml': `
- hosts: db
  tasks:
    - { command: make-password, register: password, no_log: true }
    - set_fact: { port: 1, unread: 2 }
- hosts: web
  tasks:
    - debug: { msg: "{{ hostvars['db'].port }} {{ hostvars.db.password.stdout }} {{ hostvars.db[name] }}" }
`,
});

const computed = 'warning: site.yml:8: reads a variable of another host by a name that only the run knows\n';

describe('heddle validate and playbooks that read other hosts', () => {
  test('with share: true it lists the outputs that it found, with their places, and what only the run knows', async () => {
    const workspace = await Workspace.forTest(files(', share: true'));
    const { exitCode, stdout, stderr } = await workspace.heddle('validate', 'heddle.yaml');
    expect(stdout).toBe(`heddle.yaml is valid: 3 nodes, 3 roles, 0 inputs
outputs found in playbooks:
  db.password  sensitive, set at site.yml:4
  db.port      set at site.yml:5
`);
    expect([exitCode, stderr]).toEqual([0, computed]);
  });

  test('without it warns of them, with the lines to add', async () => {
    const workspace = await Workspace.forTest(files());
    const { exitCode, stdout, stderr } = await workspace.heddle('validate', 'heddle.yaml');
    expect(stdout).toBe('heddle.yaml is valid: 3 nodes, 3 roles, 0 inputs\n');
    expect(
      stderr,
    ).toBe(`warning: role site of db sets what other nodes read, and declares no output for it; add "share: true" to its options, or
  outputs:
    password: { path: password, sensitive: true }  # site.yml:4, read at site.yml:8; each reader needs an input with it
    port: port  # site.yml:5, read at site.yml:8
`);
    expect(exitCode).toBe(0);
  });
});
