// Case 23: a play that fails ends those who read from it at once, and says where and why
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';
import { readStatus } from './support/read-status.ts';

const play = (hosts: string, tasks: string) => `
- name: The play of ${hosts}
  hosts: ${hosts}
  gather_facts: false
  tasks:
${tasks.replace(/^/gm, '    ')}
`;

const files = {
  'broken.yml':
    play(
      'broken',
      `- name: Say something first
  ansible.builtin.set_fact: { said: it }
- name: Break
  ansible.builtin.command: sh -c 'echo no space left >&2; exit 3'
- name: Never reached
  ansible.builtin.set_fact: { never: it }`,
    ) +
    play(
      'all',
      `- name: A later play for everybody
  ansible.builtin.set_fact: { never: it }`,
    ),
  'secretive.yml': play(
    'secretive',
    `- name: Read what never comes
  ansible.builtin.command: echo {{ hostvars.broken.never }}
  no_log: true`,
  ),
  'rescued.yml': play(
    'rescued',
    `- name: Try
  block:
    - name: Read what never comes
      ansible.builtin.command: echo {{ lost }}
  rescue:
    - name: Go on without it
      ansible.builtin.copy: { content: "without\\n", dest: "{{ work }}/rescued.txt" }
- name: Fail of something else
  ansible.builtin.fail: { msg: on its own }`,
  ),
  'ignored.yml': play(
    'ignored',
    `- name: Read what never comes
  ansible.builtin.command: echo {{ lost }}
  ignore_errors: true
- name: Look for what nobody declares
  ansible.builtin.copy:
    content: "{{ hostvars.broken.said }} {{ hostvars.broken.undeclared is defined }} {{ hostvars.broken.undeclared | default('none') }}\\n"
    dest: "{{ work }}/ignored.txt"`,
  ),
  'prying.yml': play('prying', `- ansible.builtin.debug: { msg: "{{ hostvars.vault.password }}" }`),
  'late.yml': play('late', `- ansible.builtin.debug: { msg: "{{ hostvars.slow.answer }}" }\n  no_log: true`),
  'huge.yml': play(
    'huge',
    `- ansible.builtin.set_fact: { text: "{{ lookup('pipe', 'head -c 2250000 /dev/urandom | base64 -w0') }}" }`,
  ),
  'wrong.yml': '- hosts: all\n  tasks:\n    - nosuchmodule: { a: b }\n',
  'vault.sh': script('heddle set password=swordfish'),
  'slow.sh': script('read line < "$1"', 'heddle set answer=42'),
  'heddle.yaml': `
heddle: 1
deployment: failures
params: { gate: "" }
nodes:
  broken: { roles: [{ name: site, ansible: { playbook: broken.yml }, outputs: { said: said, never: never } }] }
  secretive: { roles: [{ name: site, ansible: { playbook: secretive.yml } }] }
  rescued:
    roles:
      - { name: site, ansible: { playbook: rescued.yml, vars: { work: "\${self.dir}" } }, inputs: { lost: "\${broken.never}" } }
  ignored:
    roles:
      - { name: site, ansible: { playbook: ignored.yml, vars: { work: "\${self.dir}" } }, inputs: { lost: "\${broken.never}" } }
  prying: { roles: [{ name: site, ansible: { playbook: prying.yml } }] }
  late: { roles: [{ name: site, ansible: { playbook: late.yml }, deadline: 1s }] }
  huge: { roles: [{ name: site, ansible: { playbook: huge.yml }, outputs: { text: text } }] }
  wrong: { roles: [{ name: site, ansible: { playbook: wrong.yml } }] }
  vault: { roles: [{ name: secret, command: [./vault.sh], outputs: { password: { path: password, sensitive: true } } }] }
  slow: { roles: [{ name: slow, command: [./slow.sh, "\${params.gate}"], outputs: { answer: answer } }] }
`,
};

describe.each(Object.entries(ansiblePrograms))('a playbook of ansible-core %s that fails', (_, program) => {
  it('says where and why, ends its readers at once, and every other error is as clear', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const environment = { HEDDLE_ANSIBLE_PLAYBOOK: program };
    const run = deployment.startWith(environment, 'up', '-v', '--set', `gate=${gate.path}`);
    // The reader of a value that is not written in time ends while its producer still runs.
    await run.line(/^\S+ late +site +\[wait-timeout\]/);
    await gate.open();
    const result = await run.end();
    const { roles } = await readStatus(deployment);
    const error = (node: string) => roles.find((role) => role.node === node)?.error;
    const lines = (node: string) => error(node)?.message.split('\n') ?? [];

    expect(lines('broken')).toEqual([
      'broken role site (broken.yml:8) failed: task "Break": non-zero return code: no space left',
    ]);
    expect(error('broken')).toMatchObject({ code: 'role-failed', exitCode: 21 });

    expect(lines('secretive')).toEqual([
      expect.stringMatching(
        /^secretive role site \(secretive\.yml:6\) needs broken\.never, which will never come: role site of broken failed \(exit code 2\)(, after [0-9.]+s)?$/,
      ),
    ]);
    expect(error('secretive')).toMatchObject({ code: 'producer-failed', exitCode: 21 });

    expect(await deployment.read('.heddle/failures/nodes/rescued/rescued.txt')).toBe('without\n');
    expect(lines('rescued')).toEqual([
      'rescued role site (rescued.yml:13) failed: task "Fail of something else": on its own',
    ]);
    expect(await deployment.read('.heddle/failures/nodes/ignored/ignored.txt')).toBe('it False none\n');
    expect(roles.find(({ node }) => node === 'ignored')?.state).toBe('done');

    expect(error('prying')).toMatchObject({
      code: 'denied',
      message:
        'prying role site (prying.yml:6) reads vault.password, which is sensitive, without having it as an input',
      exitCode: 25,
    });
    expect(`${result.stdout}${result.stderr}`).not.toContain('swordfish');

    expect(lines('late')).toEqual(['late role site (late.yml:6) waited 1s for slow.answer']);
    expect(error('late')).toMatchObject({ code: 'wait-timeout', exitCode: 20 });
    expect(error('huge')).toMatchObject({ code: 'too-large', exitCode: 26 });
    expect(lines('huge')[0]).toMatch(/^huge role site \(huge\.yml:6\) wrote huge\.text \(text\): 30\d+ bytes/);
    expect(lines('wrong')[0]).toMatch(/^wrong role site failed: ansible-playbook: .*nosuchmodule/);
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });
});
