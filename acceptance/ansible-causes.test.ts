import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';
import { readStatus } from './support/read-status.ts';

const play = (hosts: string, variables: string, tasks: string) => `
- name: The play of ${hosts}
  hosts: ${hosts}
  gather_facts: false
  vars: ${variables}
  tasks:
${tasks.replace(/^/gm, '    ')}
`;

const ignoring = `{{ lookup('heddle.heddle.value', 'lost', errors='ignore') | default('', true) }}`;
const nothing = '- ansible.builtin.debug: { msg: nothing to do }';

const node = (name: string, more: string) =>
  `  ${name}: { roles: [{ name: site, ansible: { playbook: ${name}.yml }, ${more} }] }`;
const lost = `inputs: { lost: "\${broken.never}" }`;
const reader = (name: string) =>
  `  of_${name}: { roles: [{ name: read, command: [heddle, get, text], inputs: { text: "\${${name}.text}" } }] }`.replace(
    '_',
    '-',
  );

const files = {
  'broken.sh': script('echo no space left >&2', 'exit 3'),
  'later.yml': play(
    'later',
    '{}',
    `- name: Do without
  ansible.builtin.debug: { msg: "without ${ignoring}" }
- name: Fail of something else
  ansible.builtin.fail: { msg: on its own }`,
  ),
  'same.yml': play(
    'same',
    '{}',
    `- name: Do without and fail
  ansible.builtin.command: sh -c 'echo the disk is full ${ignoring} >&2; exit 3'`,
  ),
  'made.yml': play('made', '{ text: "of {{ lost }}" }', nothing),
  'unmade.yml': play('unmade', '{ text: "of {{ nobody.knows }}" }', nothing),
  'heddle.yaml': `
heddle: 1
deployment: causes
nodes:
  broken: { roles: [{ name: fails, command: [./broken.sh], outputs: { never: never } }] }
${node('later', lost)}
${node('same', lost)}
${node('made', `${lost}, outputs: { text: text }`)}
${node('unmade', 'outputs: { text: text }')}
${reader('made')}
${reader('unmade')}
`,
};

describe.each(Object.entries(ansiblePrograms))(
  'a playbook of ansible-core %s that goes on after a read that failed',
  (_, program) => {
    it('is blamed for what it fails of itself, and its readers learn why they get nothing', async () => {
      const deployment = await Deployment.create(files);
      const { exitCode } = await deployment.startWith({ HEDDLE_ANSIBLE_PLAYBOOK: program }, 'up').end();
      expect(exitCode).toBe(21);
      const { roles } = await readStatus(deployment);
      const error = (name: string) => roles.find((role) => role.node === name)?.error;

      expect(error('later')?.message).toMatch(
        /^later role site \(later\.yml:\d+\) failed: task "Fail of something else": on its own$/,
      );
      expect(error('same')?.message).toMatch(
        /^same role site \(same\.yml:\d+\) failed: task "Do without and fail": .*: the disk is full$/,
      );
      expect(error('made')).toMatchObject({
        code: 'producer-failed',
        message: expect.stringContaining('broken.never'),
      });
      expect(error('unmade')).toMatchObject({
        code: 'role-failed',
        message: expect.stringMatching(/the output text could not be handed over \(\w*Undefined\w*\)$/),
      });
      expect(error('of-made')).toMatchObject({ code: 'producer-failed' });
      expect(JSON.stringify(error('of-made'))).toContain('broken.never');
      expect(error('of-unmade')).toMatchObject({ code: 'producer-failed' });
      expect(JSON.stringify(error('of-unmade'))).toContain('the output text could not be handed over');
    });
  },
);
