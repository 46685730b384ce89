import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';
import { readStatus } from './support/read-status.ts';

const writers = {
  huge: `set_fact: { text: "{{ lookup('pipe', 'head -c 2250000 /dev/urandom | base64 -w0') }}" }`,
  odd: '{ name: Measure, measure: , register: text }',
};

const writer = (name: string, task: string) => `
- hosts: ${name}
  gather_facts: false
  tasks:
    - ${task}
`;
const reader = (name: string) => `
- hosts: of-${name}
  gather_facts: false
  tasks:
    - name: Do with it or without
      debug: { msg: "{{ hostvars['${name}'].text is defined }}" }
`;

describe.each(Object.entries(ansiblePrograms))('a playbook with share: true and ansible-core %s', (_, program) => {
  it('fails of a variable that cannot be handed over, and so do its readers: it is not undefined for them', async () => {
    const role = `{ roles: [{ name: site, ansible: { playbook: site.yml, share: true, program: ${program} } }] }`;
    const names = Object.keys(writers);
    const deployment = await Deployment.create({
      'site.yml': Object.entries(writers)
        .map(([name, value]) => writer(name, value) + reader(name))
        .join(''),
      // A module may return what JSON does not have; Ansible takes it.
      'library/measure': script(`echo '{ "changed": false, "load": NaN }'`),
      'heddle.yaml': `
heddle: 1
deployment: lost
nodes:
${names.flatMap((name) => [`  ${name}: ${role}`, `  of-${name}: ${role}`]).join('\n')}
`,
    });
    const { exitCode, stdout, stderr } = await deployment.heddle('up', '-v');
    expect(exitCode, stdout + stderr).toBe(21);

    const { roles } = await readStatus(deployment);
    const error = (name: string) => roles.find(({ node }) => node === name)?.error;
    expect(error('huge')).toMatchObject({ code: 'too-large' });
    expect(error('huge')?.message).toMatch(/^huge role site \(site\.yml:5\) wrote huge\.text \(text\): \d+ bytes/);
    expect(error('of-huge')).toMatchObject({ code: 'producer-failed' });
    expect(JSON.stringify(error('of-huge'))).toContain('wrote huge.text');
    expect(error('odd')).toMatchObject({ code: 'role-failed' });
    expect(error('odd')?.message).toContain('the output text could not be handed over: JSON has no such number');
    expect(error('of-odd')).toMatchObject({ code: 'producer-failed' });
  });
});
