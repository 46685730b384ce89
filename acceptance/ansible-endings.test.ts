// Case 22: SIGINT and SIGTERM end a play that waits, in order and without a process left
// Case 24: plays that wait for each other in a circle end at once, also under `no_log`
import { describe, expect, it } from 'vitest';
import { type AnsibleVersion, ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { exists } from './support/exists.ts';
import { readStatus } from './support/read-status.ts';

const play = (hosts: string, other: string, variable: string, wanted: string) => `
- name: The play of ${hosts}
  hosts: ${hosts}
  gather_facts: false
  tasks:
    - name: Read first
      ansible.builtin.debug: { msg: "{{ hostvars['${other}'].${wanted} }}" }
      no_log: true
    - name: Write then
      ansible.builtin.set_fact: { ${variable}: it }
`;

/** What becomes of a play whose read fails outside of what a worker does (case 28). */
const rescued = { state: 'done', code: undefined, isRescued: true };
const outcomes = {
  '2.14': { exitCode: 21, named: rescued, sent: { state: 'failed', code: 'never-written', isRescued: false } },
  '2.19': { exitCode: 0, named: { ...rescued, isRescued: false }, sent: rescued },
};

describe.each(Object.entries(ansiblePrograms))('plays of ansible-core %s that wait', (version, program) => {
  it('for each other in a circle end at once, also under no_log', async () => {
    const node = (name: string, output: string) =>
      `  ${name}: { roles: [{ name: site, ansible: { playbook: ${name}.yml, program: ${program} }, outputs: { ${output}: ${output} } }] }`;
    const deployment = await Deployment.create({
      'left.yml': play('left', 'right', 'x', 'y'),
      'right.yml': play('right', 'left', 'y', 'x'),
      'heddle.yaml': `heddle: 1\ndeployment: circle\nnodes:\n${node('left', 'x')}\n${node('right', 'y')}\n`,
    });
    expect((await deployment.heddle('up')).exitCode).toBe(22);
    const { roles } = await readStatus(deployment);
    // Whoever closes the circle learns of it; the other one may learn that its producer has failed of that.
    const codes = roles.map(({ error }) => error?.code);
    expect(codes).toContain('deadlock');
    expect(['deadlock', 'producer-failed']).toEqual(expect.arrayContaining(codes));
    expect(await deployment.processes()).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('end in order at %s, and leave no process', async (signal) => {
    const deployment = await Deployment.create({
      'reader.yml': play('reader', 'writer', 'x', 'y'),
      'writer.sh': '#!/bin/sh\nread line < "$1"\n',
      'heddle.yaml': `
heddle: 1
deployment: interrupted
params: { gate: "" }
nodes:
  reader: { roles: [{ name: site, ansible: { playbook: reader.yml, program: ${program} } }] }
  writer: { roles: [{ name: slow, command: [./writer.sh, "\${params.gate}"], outputs: { y: y } }] }
`,
    });
    const gate = await deployment.gate('gate');
    const run = deployment.start('up', '--set', `gate=${gate.path}`);
    await run.line(/reader site +waits for writer\.y/);
    run.kill(signal);
    expect((await run.end()).exitCode).not.toBe(0);
    expect(await deployment.processes()).toEqual([]);
  });

  it('for what never comes fail as this version fails: in the name of a task, and in where a task is delegated', async () => {
    const outcome = outcomes[version as AnsibleVersion];
    const node = (name: string) =>
      `  ${name}: { roles: [{ name: site, ansible: { playbook: ${name}.yml, program: ${program}, vars: { out: . } } }] }`;
    const tried = (name: string, task: string) => `
- hosts: ${name}
  gather_facts: false
  tasks:
    - block:
        - ${task}
      rescue:
        - ansible.builtin.copy: { content: "", dest: "{{ out }}/${name}.rescued" }
`;
    const deployment = await Deployment.create({
      'named.yml': tried('named', `{ name: "Ask {{ hostvars['writer'].never }}", ansible.builtin.ping: }`),
      'sent.yml': tried('sent', `{ ansible.builtin.ping: , delegate_to: "{{ hostvars['writer'].never }}" }`),
      'heddle.yaml': `
heddle: 1
deployment: never
nodes:
${node('named')}
${node('sent')}
  writer: { roles: [{ name: ends, command: ["true"], outputs: { never: never } }] }
`,
    });
    const { exitCode, stdout, stderr } = await deployment.heddle('up', '-v');
    expect(exitCode, stdout + stderr).toBe(outcome.exitCode);
    const { roles } = await readStatus(deployment);
    for (const name of ['named', 'sent'] as const) {
      const role = roles.find(({ node: own }) => own === name);
      const isRescued = await exists(`${deployment.directory}/${name}.rescued`);
      expect({ state: role?.state, code: role?.error?.code, isRescued }, stdout).toEqual(outcome[name]);
    }
  });
});
