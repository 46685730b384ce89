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
          {{ hostvars['db'].made.stdout }} {{ db_line }} {{ made_there.results[0].rc }}
          {% for name in hostvars['db'].host.names %}{{ name.first }}{% endfor %}
          {{ hostvars['db'].made | to_json }} {{ hostvars['db'].made.lines | join(' ') }} {{ {'a': hostvars['db'].made} | to_nice_yaml }}
        dest: "{{ work }}/app.conf"
    - name: Take a text as it is
      ansible.builtin.set_fact: { taken: "{{ hostvars['db'].made.stdout }}" }
    - name: Count what only looks like a number
      ansible.builtin.debug: { msg: "{{ hostvars['db'].made.stdout + 1 }}" }
      when: counts is defined
    - name: Say something
      ansible.builtin.set_fact: { token: made }
`,
  'group_vars/all.yml': 'db_line: "{{ hostvars[\'db\'].made.stdout_lines[0] }}"\n',
  'heddle.yaml': `
heddle: 1
deployment: previewed
nodes:
  app:
    roles:
      - name: site
        ansible: { playbook: site.yml }
        inputs: { db_host: "\${db.host}", workers: "\${db.port}", made_there: "\${db.made}" }
        outputs: { token: token, workers: workers }
  # Nobody runs it: whoever waited for it would wait for ever.
  db: { roles: [{ name: site, ansible: { playbook: site.yml }, outputs: { host: host, port: port, made: made } }] }
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
    for (const line of [
      '#<heddle db.made.stdout> #<heddle db.made.stdout_lines.0> #<heddle made_there.results.0.rc>',
      '#<heddle db.host.names.0.first>"#<heddle db.made>" #<heddle db.made.lines.0> a: \'#<heddle db.made>\'',
    ])
      expect(stdout).toContain(`+${line}`);
    expect(stderr).not.toContain('unsupported');
    expect(stderr).toContain('shows what role site of app would do: it gets no value, and nothing of it is recorded');
    expect(stderr).toContain('a preview asks no other machine for anything');
    expect(await exists(`${deployment.directory}/app.conf`)).toBe(false);

    const counting = await exec('--check', '-e', 'counts=yes');
    expect(counting.exitCode).toBe(2);
    expect(counting.stderr.replace(/\s+/g, ' ')).toContain(
      'task "Count what only looks like a number" may have failed of such a text alone',
    );

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
