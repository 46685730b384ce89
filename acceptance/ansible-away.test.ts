// Case 30: a play whose agent is gone ends at once, and says so when it is started without one; while the store is away it waits, and then goes on
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';
import { startStoreProcess } from './support/embedded-server.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';
import { markVariable } from './support/processes.ts';
import { SeededEpoch } from './support/seeded.ts';

const playbook = `
- name: Reads early and late
  hosts: reader
  gather_facts: false
  tasks:
    - ansible.builtin.copy: { content: "{{ hostvars.writer.early }}\\n", dest: "{{ out }}/early.txt" }
    - ansible.builtin.copy: { content: "{{ hostvars.writer.late }}\\n", dest: "{{ out }}/late.txt" }
`;

async function deploy(program: string) {
  const deployment = await Deployment.create({
    'site.yml': playbook,
    'write.sh': script('heddle set early=before', 'read line < gate', 'touch gone-on', 'heddle set late=after'),
    'heddle.yaml': `
heddle: 1
deployment: away
nodes:
  reader: { roles: [{ name: site, ansible: { playbook: site.yml, program: ${program}, vars: { out: . } } }] }
  writer: { roles: [{ name: write, command: [./write.sh], outputs: { early: early, late: late } }] }
`,
  });
  return { deployment, gate: await deployment.gate('gate') };
}

describe.each(Object.entries(ansiblePrograms))('a play of ansible-core %s', (_, program) => {
  it('that waits while the store is away gets its value when the store is back', async () => {
    const { deployment, gate } = await deploy(program);
    const store = await startStoreProcess();
    onTestFinished(() => store.close());
    const epoch = await SeededEpoch.start(deployment, { storeUrl: store.url });
    const agents = [epoch.agent('writer'), epoch.agent('reader')];
    await agents[1]?.line(/reader site +waits for writer\.late/);
    await store.kill();
    await gate.open();
    await eventually('the writer has come to its next value', () => exists(join(deployment.directory, 'gone-on')));
    await store.start();
    for (const agent of agents) {
      const end = await agent.end();
      expect(end, end.stdout + end.stderr).toMatchObject({ exitCode: 0 });
    }
    expect(await deployment.read('late.txt')).toBe('after\n');
    expect(await epoch.states()).toEqual({ 'reader.site': 'done', 'writer.write': 'done' });
  });

  it('ends with its agent, and the next agent runs it again', async () => {
    const { deployment, gate } = await deploy(program);
    const epoch = await SeededEpoch.start(deployment);
    const writer = epoch.agent('writer');
    const first = epoch.agent('reader');
    await first.line(/reader site +waits for writer\.late/);
    first.kill('SIGKILL');
    await first.end();
    await eventually('the play has ended with it', async () =>
      (await deployment.processes()).every(({ command }) => !command.includes('ansible-playbook')),
    );
    const second = epoch.agent('reader');
    await second.line(/reader site +waits for writer\.late/);
    await gate.open();
    for (const run of [second, writer]) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('late.txt')).toBe('after\n');
    expect(await deployment.processes()).toEqual([]);
  });

  it('that finds no agent at its start carries out nothing, and says where it has looked', async () => {
    const { deployment } = await deploy(program);
    const { default: adapter } = await import('@heddle/adapter-ansible');
    const socket = join(deployment.directory, 'nobody.sock');
    const { PATH = '' } = process.env;
    const { command, environment } = await adapter.prepare({
      role: {} as never,
      options: { playbook: 'site.yml', program, vars: { out: '.' } },
      directory: deployment.directory,
      deployment: 'away',
      node: 'reader',
      nodeDirectory: deployment.directory,
      roleDirectory: deployment.directory,
      peers: [],
      environment: { PATH },
    });
    const ofAgent = { HEDDLE_SOCKET: socket, HEDDLE_NODE: 'reader', HEDDLE_ROLE: 'site' };
    const { exitCode, stdout, stderr } = await execa(command[0], command.slice(1), {
      cwd: deployment.directory,
      env: { ...environment, ...ofAgent, [markVariable]: deployment.directory },
      reject: false,
    });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(`ERROR! heddle: the agent at ${socket} does not answer`);
    expect(stdout).not.toContain('TASK');
    expect(await exists(join(deployment.directory, 'early.txt'))).toBe(false);
  });
});
