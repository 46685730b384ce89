import { describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { findAgent, signal } from './support/processes.ts';
import { readStatus, states } from './support/read-status.ts';

/** A producer that fails until it is repaired, a chain of two readers of it, and a role that keeps `heddle up` there until its gate opens. */
const files = {
  'write.sh': script('echo write >> runs.txt', 'test -e repaired', 'heddle set word=hello'),
  'read.sh': script('word=$(heddle get writer.word)', 'echo "read $word" >> runs.txt', 'heddle set "echo=$word!"'),
  'last.sh': script('echo=$(heddle get reader.echo)', 'echo "last $echo" >> runs.txt'),
  'well.sh': script('echo well >> runs.txt'),
  'busy.sh': script('read line < gate'),
  'heddle.yaml': `
heddle: 1
deployment: retried
nodes:
  writer:
    roles:
      - { name: well, command: [./well.sh] }
      - { name: write, command: [./write.sh], outputs: { word: word } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: "\${writer.word}" }, outputs: { echo: echo } }
  last:
    roles:
      - { name: last, command: [./last.sh], inputs: { reader.echo: "\${reader.echo}" } }
  busy:
    roles:
      - { name: busy, command: [./busy.sh] }
`,
};

describe('heddle retry', () => {
  it('repairs a failed producer and its tainted readers while heddle up still runs', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/last last +failed/);
    await deployment.write('repaired', '');
    const retried = await deployment.heddle('retry', 'writer');
    expect(retried.stderr).toBe('heddle: asked to run again: writer role write, last role last, reader role read');
    expect(retried.exitCode).toBe(0);
    await run.line(/last last +done/);
    await gate.open();
    const result = await run.end();
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('heddle: retried, epoch 1: all 5 roles ended well');
    expect((await deployment.read('runs.txt')).split('\n').sort()).toEqual([
      '',
      'last hello!',
      'read hello',
      'well',
      'write',
      'write',
    ]);
  });

  it('says that nobody runs the node any more when heddle up has ended, and what it names instead repairs it', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    await gate.open();
    expect(await deployment.heddle('up')).toMatchObject({ exitCode: 21 });
    await deployment.write('repaired', '');
    const { exitCode, stderr } = await deployment.heddle('retry', 'writer:write');
    expect(exitCode).toBe(24);
    expect(stderr).toContain('heddle: [agent-gone] nobody runs node writer any more');
    expect(stderr).toContain('  try: heddle up --resume  runs it again');
    expect(states(await readStatus(deployment))).toMatchObject({ 'writer.write': 'failed', 'reader.read': 'failed' });
    expect(await deployment.heddle('up', '--resume')).toMatchObject({ exitCode: 0 });
    expect((await deployment.read('runs.txt')).split('\n').filter((line) => line === 'well')).toHaveLength(1);
  });

  it('has nothing to do for a node that ended well, and knows no other', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    await deployment.write('repaired', '');
    const run = deployment.start('up');
    await run.line(/writer write +done/);
    expect((await deployment.heddle('retry', 'writer')).stderr).toBe(
      'heddle: nothing to run again: node writer ended well, and what it read still holds',
    );
    expect((await deployment.heddle('retry', 'busy')).stderr).toBe(
      'heddle: nothing to run again: busy of busy has not ended yet',
    );
    const unknown = await deployment.heddle('retry', 'writr');
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('[not-found] deployment retried has no node writr; did you mean "writer"?');
    await gate.open();
    expect(await run.end()).toMatchObject({ exitCode: 0 });
  });

  it('starts the agent of a node again that was killed while heddle up runs', async () => {
    const deployment = await Deployment.create({
      ...files,
      'wait.sh': script('echo waiting >> runs.txt', 'read line < other-gate'),
      'heddle.yaml': `${files['heddle.yaml']}  killed:
    roles:
      - { name: waiting, command: [./wait.sh] }
`,
    });
    const [gate, otherGate] = [await deployment.gate('gate'), await deployment.gate('other-gate')];
    await deployment.write('repaired', '');
    const run = deployment.start('up');
    await run.line(/last last +done/);
    await run.line(/killed waiting +running/);
    signal(await findAgent(deployment.directory, 'killed'), 'SIGKILL');
    await run.line(/\[producer-lost\] killed role waiting is lost/);
    await otherGate.open();
    expect((await deployment.heddle('retry', 'killed')).stderr).toBe('heddle: asked to run again: killed role waiting');
    await run.line(/killed waiting +done/);
    await gate.open();
    const result = await run.end();
    expect(result.stdout).toContain('heddle: retried, epoch 1: all 6 roles ended well');
    expect(result.exitCode).toBe(0);
  });

  it('is taken by a live agent of its own when that has ended its roles', async () => {
    const deployment = await Deployment.create({
      ...files,
      'heddle.yaml': `
heddle: 1
deployment: live
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { word: word } }
      - { name: busy, command: [./busy.sh] }
`,
    });
    const gate = await deployment.gate('gate');
    await deployment.heddle('seed', 'heddle.yaml');
    const store = deployment.storeUrl ?? `embedded:${deployment.directory}/.heddle/live`;
    const words = ['agent', '--store', store, '--deployment', 'live', '--epoch', '1', '--node', 'writer'];
    const agent = deployment.start(...words, '--directory', `${deployment.directory}/writer`);
    await agent.line(/writer busy +running/);
    await deployment.write('repaired', '');
    const retrying = deployment.start('retry', 'writer');
    await retrying.line(/asked to run again: writer role write/);
    await gate.open();
    expect(await retrying.end()).toMatchObject({ exitCode: 0 });
    expect(await agent.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('runs.txt')).toBe('write\nwrite\n');
    const late = await deployment.heddle('retry', 'writer');
    expect(late.stderr).toContain('nothing to run again: node writer ended well');
  });
});
