import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { SeededEpoch } from './support/seeded.ts';

const files = {
  'write.sh': script('heddle set early=before', 'read word < write-gate', 'heddle set "late=$word"'),
  'read.sh': script(
    'early=$(heddle get writer.early)',
    'late=$(heddle get writer.late)',
    'echo "$early $late" >> read.txt',
  ),
  'heddle.yaml': `
heddle: 1
deployment: stopped
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { early: early, late: late } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.early: "\${writer.early}", writer.late: "\${writer.late}" } }
`,
};

async function startBoth() {
  const deployment = await Deployment.create(files);
  const gate = await deployment.gate('write-gate');
  const epoch = await SeededEpoch.start(deployment);
  const look = await epoch.look();
  const writer = epoch.agent('writer');
  const reader = epoch.agent('reader');
  await reader.line(/reader read +waits for writer\.late/);
  return { deployment, gate, epoch, look, writer, reader };
}

describe('an agent that stands still for longer than its session', () => {
  it('gets the value that came meanwhile when it goes on', async () => {
    const { deployment, gate, epoch, look, writer, reader } = await startBoth();
    reader.kill('SIGSTOP');
    await look.sessionOver('reader');
    await gate.open('meanwhile');
    expect(await writer.end()).toMatchObject({ exitCode: 0 });
    reader.kill('SIGCONT');
    expect(await reader.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('read.txt')).toBe('before meanwhile\n');
    expect(await epoch.states()).toEqual({ 'writer.write': 'done', 'reader.read': 'done' });
    expect(await deployment.processes()).toEqual([]);
  });

  it('publishes what its role handed over meanwhile when it goes on', async () => {
    const { deployment, gate, epoch, look, writer, reader } = await startBoth();
    writer.kill('SIGSTOP');
    await look.sessionOver('writer');
    await gate.open('held up');
    await eventually('its role hands the value over', async () =>
      (await deployment.processes()).some(({ command }) => command.includes('set late=')),
    );
    expect(await look.value('writer', 'late')).toBeUndefined();
    writer.kill('SIGCONT');
    for (const run of [writer, reader]) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('read.txt')).toBe('before held up\n');
    expect(await epoch.states()).toEqual({ 'writer.write': 'done', 'reader.read': 'done' });
    expect(await deployment.processes()).toEqual([]);
  });

  it('is fenced when another agent has taken its node, and nobody reads what it writes', async () => {
    const { deployment, gate, epoch, look, writer, reader } = await startBoth();
    writer.kill('SIGSTOP');
    await look.sessionOver('writer');
    await gate.open('of the old one');
    await eventually('its role hands the value over', async () =>
      (await deployment.processes()).some(({ command }) => command.includes('set late=')),
    );
    const successor = epoch.agent('writer', { more: ['--directory', join(deployment.directory, 'elsewhere')] });
    await eventually(
      'the other agent runs the role',
      async () => (await look.role('writer', 'write'))?.incarnation === '2',
    );
    writer.kill('SIGCONT');
    const fenced = await writer.end();
    expect(fenced.stderr).toContain('[fenced]');
    expect(fenced.exitCode).toBe(24);
    expect(await look.value('writer', 'late')).toBeUndefined();
    await gate.open('of the new one');
    for (const run of [successor, reader]) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('read.txt')).toBe('before of the new one\n');
    expect(await look.value('writer', 'late')).toMatchObject({ producer: { incarnation: '2' } });
    expect(await epoch.states()).toEqual({ 'writer.write': 'done', 'reader.read': 'done' });
    expect(await deployment.processes()).toEqual([]);
  });
});
