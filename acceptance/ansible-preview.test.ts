// Case 21: a preview (`--check`) asks no other node for anything, publishes nothing and is no run of the role
// Note: texts such as `#<heddle db.port>` stand for what it would get
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';
import { exists } from './support/exists.ts';
import { readStatus } from './support/read-status.ts';

const files = {
  'site.yml': `
- name: The one that reads
  hosts: app
  vars:
    workers: 4
    db_host: the play's own
  tasks:
    - name: Write the configuration
      ansible.builtin.copy:
        content: |
          {{ db_host }} {{ workers * 2 }} {{ hostvars['db'].port }}
          {{ hostvars['db'].ansible_hostname }} {{ hostvars['db'].ansible_memtotal_mb is number }}
        dest: "{{ work }}/app.conf"
    - name: Say something
      ansible.builtin.set_fact: { token: made }
`,
  'heddle.yaml': `
heddle: 1
deployment: previewed
nodes:
  app:
    roles:
      - name: site
        ansible: { playbook: site.yml }
        inputs: { db_host: "\${db.host}", workers: "\${db.port}" }
        outputs: { token: token, workers: workers }
  # Nobody runs it: whoever waited for it would wait for ever.
  db: { roles: [{ name: site, ansible: { playbook: site.yml }, outputs: { host: host, port: port } }] }
`,
};

describe.each(Object.entries(ansiblePrograms))('ansible-playbook --check of ansible-core %s', (_, program) => {
  it('below heddle exec asks no other machine, publishes nothing and is no run of the role', async () => {
    const deployment = await Deployment.create(files);
    expect(await deployment.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
    const exec = (...words: readonly string[]) =>
      deployment.heddle(
        'exec',
        '--node',
        'app',
        '--',
        program,
        'site.yml',
        '-e',
        `work=${deployment.directory}`,
        ...words,
      );

    const { stdout, stderr, exitCode } = await exec('--check', '--diff');
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain('+#<heddle db_host> 8 #<heddle db.port>');
    expect(stdout).toContain('+#<heddle db.ansible_hostname> True');
    expect(stderr).toContain('shows what role site of app would do: it gets no value, and nothing of it is recorded');
    expect(stderr).toContain('a preview asks no other machine for anything');
    expect(await exists(`${deployment.directory}/app.conf`)).toBe(false);

    const listed = await exec('--list-tasks');
    expect(listed.exitCode, listed.stderr).toBe(0);
    expect(listed.stdout).toContain('Write the configuration');

    const { roles } = await readStatus(deployment);
    expect(roles.map(({ node, state }) => `${node} ${state}`)).toEqual(['app pending', 'db pending']);
    expect((await deployment.heddle('get', 'app.token', '--no-wait')).exitCode).not.toBe(0);
  });

  it('is refused where its end would be taken for the end of a role', async () => {
    const deployment = await Deployment.create({
      'site.yml': files['site.yml'],
      'heddle.yaml': `
heddle: 1
deployment: checked
nodes:
  app: { roles: [{ name: site, ansible: { playbook: site.yml, program: ./checked.sh } }] }
`,
      'checked.sh': script(`exec ${program} --check "$@"`),
    });
    const { stdout, stderr, exitCode } = await deployment.heddle('up');
    expect(exitCode, stdout + stderr).toBe(21);
    expect(stdout + stderr).toContain('heddle exec -- ansible-playbook ... --check shows it');

    await deployment.write(
      'heddle.yaml',
      (await deployment.read('heddle.yaml')).replace('./checked.sh', 'x, extra_args: [-C]'),
    );
    const refused = await deployment.heddle('validate');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('with a word of "extra_args" ansible-playbook only shows what it would do');
  });
});
