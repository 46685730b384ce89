import { expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const files: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: typed
nodes:
  db:
    roles: [{ name: server, command: [./db.sh], outputs: { host: host } }]
  web1:
    roles:
      - name: app
        ansible: { playbook: site.yml }
        inputs: { db_host: "\${db.host}" }
        outputs: { url: app_url, port: app_port, early: { path: app_port, publish: early } }
`,
  'db.sh': script('read answer < gate', 'test "$answer" = go', 'heddle set host=10.9.9.9'),
  // An inventory for ordinary pushing: other hosts, SSH, variables of groups.
  'hosts.ini': '[web]\nweb1 ansible_host=192.0.2.1\nweb2 ansible_host=192.0.2.2\n[web:vars]\nansible_connection=ssh\n',
  'group_vars/web.yml': 'ansible_connection: ssh\ndb_host: 127.0.0.1\n',
  'ansible.cfg': '[defaults]\ninventory = hosts.ini\ncallbacks_enabled = ansible.builtin.tree\nroles_path = roles\n',
  'site.yml': `
- hosts: web
  gather_facts: false
  strategy: free
  roles: [app]
`,
  'roles/app/defaults/main.yml': 'app_port: 8080\n',
  'roles/app/tasks/main.yml': `
- ansible.builtin.set_fact: { app_url: "http://{{ db_host }}:{{ app_port }}/" }
- ansible.builtin.copy: { content: "{{ app_url }} {{ groups['web'] | join(',') }} {{ heddle_done | default('none') }}\\n", dest: "{{ playbook_dir }}/result.txt" }
`,
};

test("heddle exec makes an ordinary ansible-playbook wait; its own inventory, configuration and strategy stand, and only this node's tasks run", async () => {
  const workspace = await Workspace.forTest(files);
  const open = await workspace.gate('gate');
  const web = workspace.start(['exec', '--node', 'web1', '--', 'ansible-playbook', 'site.yml']);
  await web.line(/web1 app +waits for db\.host \(roles\/app\/tasks\/main\.yml:2\)/);
  // A default of a role is published when the role has ended and nobody has written another value, or at once if it is wished.
  expect(await workspace.heddle('get', 'web1.early')).toMatchObject({ stdout: '8080\n' });
  expect(await workspace.heddle('get', 'web1.port')).toMatchObject({ exitCode: 20 });
  const db = workspace.start(['exec', '--node', 'db', '--', './db.sh']);
  await open();
  expect(await db.end).toMatchObject({ exitCode: 0 });
  const ended = await web.end;
  expect(ended, ended.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('web1 ') });
  expect(ended.stdout).not.toContain('web2 ');
  expect(await workspace.read('result.txt')).toBe('http://10.9.9.9:8080/ web1,web2 none\n');
  expect(await workspace.heddle('get', 'web1.url')).toMatchObject({ stdout: 'http://10.9.9.9:8080/\n' });
  expect(await workspace.heddle('get', 'web1.port')).toMatchObject({ stdout: '8080\n' });
});

test("a playbook that fails by itself ends with ansible-playbook's exit code, a read that will never come with Heddle's", async () => {
  const workspace = await Workspace.forTest({ ...files, 'db.sh': script('exit 7') });
  expect(await workspace.heddle('exec', '--node', 'db', '--', './db.sh')).toMatchObject({ exitCode: 7 });
  expect(await workspace.heddle('exec', '--node', 'web1', '--', 'ansible-playbook', 'nothing.yml')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('the playbook: nothing.yml could not be found'),
  });
  expect(await workspace.heddle('exec', '--node', 'web1', '--', 'ansible-playbook', 'site.yml')).toMatchObject({
    exitCode: 21,
    stderr: expect.stringContaining(
      '[producer-failed] web1 role app (roles/app/tasks/main.yml:2) needs db.host (input db_host), which will never come: role server of db failed (exit code 7)',
    ),
  });
});
