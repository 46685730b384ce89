import { describe, expect, it } from 'vitest';
import { Deployment, script } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { readStatus, states } from './support/read-status.ts';

/** Every role notes each of its runs; `second` waits at a gate. */
const files = {
  'first.sh': script('echo first >> runs.txt', 'heddle set word=hello'),
  'second.sh': script('echo second >> runs.txt', 'read line < gate'),
  'read.sh': script('word=$(heddle get writer.word)', 'echo "read $word" >> runs.txt'),
  'heddle.yaml': `
heddle: 1
deployment: resumed
nodes:
  writer:
    roles:
      - { name: first, command: [./first.sh], outputs: { word: word } }
      - { name: second, command: [./second.sh] }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: "\${writer.word}" } }
`,
};

describe('an agent that was killed', () => {
  it('does not run again what has ended well when it is started again', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    await deployment.heddle('seed', 'heddle.yaml');
    const store = deployment.storeUrl ?? `embedded:${deployment.directory}/.heddle/resumed`;
    const agent = (node: string) =>
      deployment.start(
        'agent',
        '--store',
        store,
        '--deployment',
        'resumed',
        '--epoch',
        '1',
        '--node',
        node,
        '--directory',
        `${deployment.directory}/${node}`,
      );
    const ran = (role: string, times: number) =>
      eventually(`${role} has run ${times} times`, async () => {
        const runs = (await deployment.read('runs.txt').catch(() => '')).split('\n');
        return runs.filter((name) => name === role).length === times;
      });
    const killed = agent('writer');
    await ran('second', 1);
    killed.kill('SIGKILL');
    await killed.end();
    const again = agent('writer');
    await again.line(/writer first +done before; not run again/);
    await ran('second', 2);
    await gate.open();
    expect(await again.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('runs.txt')).toBe('first\nsecond\nsecond\n');
    expect(await agent('reader').end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('runs.txt')).toBe('first\nsecond\nsecond\nread hello\n');
  });
});

describe('heddle up --resume', () => {
  it('goes on where a deployment was interrupted, in the same epoch', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/reader read +done/);
    await eventually('second runs', async () => (await deployment.read('runs.txt')).includes('second'));
    run.kill('SIGINT');
    expect(await run.end()).toMatchObject({ exitCode: 130 });
    const resumed = deployment.start('up', '--resume');
    await resumed.line(/writer second +running/);
    await gate.open();
    const result = await resumed.end();
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('heddle: resumed, epoch 1: all 3 roles ended well');
    expect(await deployment.read('runs.txt')).toMatch(
      /^(first\nsecond\nread hello|first\nread hello\nsecond)\nsecond\n$/,
    );
  });

  it('says what has changed when the file is another one, and runs nothing', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    await gate.open();
    expect(await deployment.heddle('up')).toMatchObject({ exitCode: 0 });
    await deployment.write('heddle.yaml', files['heddle.yaml'].replace('[./second.sh]', '[./other.sh]'));
    await deployment.write('other.sh', files['second.sh']);
    const { exitCode, stderr } = await deployment.heddle('up', '--resume');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      '[config-invalid] deployment resumed is another one than that of epoch 1, which cannot go on with it',
    );
    expect(stderr).toContain('  role second of writer has other options');
    expect(states(await readStatus(deployment))).toEqual({
      'writer.first': 'done',
      'writer.second': 'done',
      'reader.read': 'done',
    });
  });

  it('is refused while the deployment is aborted', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    await gate.open();
    await deployment.heddle('up');
    await deployment.heddle('abort', '--reason', 'not now');
    const { exitCode, stderr } = await deployment.heddle('up', '--resume');
    expect(exitCode).toBe(23);
    expect(stderr).toMatch(/\[aborted\] epoch 1 cannot go on: deployment resumed was aborted by .*: not now/);
    await deployment.heddle('abort', '--cancel');
    expect(await deployment.heddle('up', '--resume')).toMatchObject({ exitCode: 0 });
  });

  it('runs on machines what ran on machines, also when it is not told so, and nowhere else', async () => {
    const deployment = await Deployment.create({
      'one.sh': script('hostname >> names.txt', 'test -f repaired'),
      'heddle.yaml': `
heddle: 1
deployment: apart
nodes:
  far-away: { roles: [{ name: one, command: [./one.sh] }] }
`,
    });
    expect(await deployment.heddle('up', '--isolate', 'machine')).toMatchObject({ exitCode: 21 });
    await deployment.write('repaired', '');
    const refused = await deployment.heddle('up', '--resume', '--isolate', 'process');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      '[usage] epoch 1 of deployment apart was begun with --isolate machine, and goes on with that',
    );
    expect(await deployment.heddle('up', '--resume')).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('names.txt')).toBe('far-away\nfar-away\n');
  });
});
