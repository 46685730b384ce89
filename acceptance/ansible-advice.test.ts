import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { suggestions } from './support/next-commands.ts';

const site = `
- hosts: db
  gather_facts: false
  tasks:
    - ansible.builtin.command: printf a%s bc
      register: password
      no_log: true
    - ansible.builtin.set_fact: { db_port: 5432 }
    - ansible.builtin.set_fact: { shard: "{{ 'of ' ~ item }}" }
      delegate_to: "{{ item }}"
      delegate_facts: true
      loop: [app]
- hosts: app
  gather_facts: false
  tasks:
    - name: Write
      ansible.builtin.copy:
        content: "{{ hostvars['db'].db_port }} {{ hostvars['db'].password.stdout }} {{ shard }}\\n"
        dest: "{{ work }}/app.conf"
`;

const file = (program: string, { reader = ', share: true', outputs = '', inputs = '' }) => `
heddle: 1
deployment: advised
nodes:
  db: { roles: [{ name: site, ansible: { playbook: site.yml, share: true, program: ${program} }${outputs} }] }
  app:
    roles:
      - name: site
        ansible: { playbook: site.yml, vars: { work: "\${self.dir}" }, program: ${program}${reader} }
        ${inputs}
`;

const shard = 'shard: hostvars.*.shard';

/** Both ways out of a read that is denied, each with one version. */
const ways = {
  '2.14': { line: '' },
  '2.19': {
    reader: '',
    line: ', db_port: db_port, password: { path: password, sensitive: true }',
    inputs: 'inputs: { password_of_db: "${db.password}" }',
  },
};

describe.each(Object.entries(ansiblePrograms))('what a role of ansible-core %s lacks', (version, program) => {
  it('is told before it runs and when a read is denied, with what helps', async () => {
    const deployment = await Deployment.create({ 'site.yml': site, 'heddle.yaml': file(program, { reader: '' }) });
    const denied = await deployment.heddle('up');
    expect(denied.stderr).toContain(
      'site.yml:18: role site of app reads password of another node, which is sensitive: add "share: true" to its options',
    );
    const [, declared = ''] =
      /site\.yml:9: sets shard for other hosts \(delegate_facts\), .* the output {2}(.*)$/m.exec(denied.stderr) ?? [];
    expect(declared).toBe(shard);
    expect(denied.stderr).toContain('[denied] app role site');
    expect(suggestions(denied, 'app.site')).toEqual([
      'add "share: true" to the options of role site of app, or declare password under "outputs:" of db and an input with it; then run heddle up again',
    ]);

    const { line, ...repaired } = ways[version as keyof typeof ways];
    await deployment.write('heddle.yaml', file(program, { ...repaired, outputs: `, outputs: { ${declared}${line} }` }));
    const helped = await deployment.heddle('up');
    expect(helped.exitCode, helped.stderr).toBe(0);
    expect(helped.stderr).not.toMatch(/warning: site\.yml/);
    expect(await deployment.read('.heddle/advised/nodes/app/app.conf')).toBe('5432 abc of app\n');
  });

  it('is told of a name that nothing sets, with the one that is meant, and once', async () => {
    const deployment = await Deployment.create({
      'site.yml': site.replace('.db_port }}', '.db_prot }}'),
      'heddle.yaml': file(program, { outputs: `, outputs: { ${shard} }` }),
    });
    const { exitCode, stderr } = await deployment.heddle('up');
    expect(exitCode).toBe(21);
    expect(stderr).toContain('site.yml:18: reads db_prot of another host, which nothing sets; did you mean "db_port"?');
    const [failure = ''] = /\[role-failed\] app role site .*/.exec(stderr) ?? [];
    expect(failure.split('db_prot')).toHaveLength(2);
    expect(failure).toContain("that host has no variable 'db_prot', or none that is shared");
  });
});
