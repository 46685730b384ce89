import { parsePlan } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { pair } from './support/pair.ts';
import { script, Workspace } from './support/workspace.ts';

const region: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: where
params: { region: eu }
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], inputs: { region: "\${params.region}" }, outputs: { told: told } }]
`,
  'one.sh': script('heddle set "told=$(heddle get region)"'),
};

describe('heddle compile', () => {
  test('writes the plan to standard output, or to a file that up takes', async () => {
    const workspace = await Workspace.forTest(region);
    const printed = await workspace.heddle('compile', 'heddle.yaml');
    expect(printed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await workspace.heddle('compile')).toEqual(printed);
    const plan = parsePlan(JSON.parse(printed.stdout), 'stdout');
    expect(plan.nodes.map(({ name }) => name)).toEqual(['a']);
    expect(plan.nodes[0]?.roles[0]?.inputs[0]?.expression).toEqual({ kind: 'constant', value: 'eu' });

    expect(await workspace.heddle('compile', 'heddle.yaml', '--set', 'region=us', '-o', 'us.json')).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(await workspace.heddle('compile', 'heddle.yaml', '--set', 'region=us', '--plan', 'same.json')).toMatchObject(
      { exitCode: 0, stdout: '' },
    );
    expect(await workspace.read('same.json')).toBe(await workspace.read('us.json'));
    const up = await workspace.heddle('up', 'us.json');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.told')).toMatchObject({ stdout: 'us\n' });
  });

  test('says what is wrong, and writes nothing', async () => {
    const workspace = await Workspace.forTest({
      ...region,
      'typo.yaml': (region['heddle.yaml'] ?? '').replace('outputs:', 'output:'),
      'broken.json': '{"heddlePlan": 1,',
    });
    const said = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await workspace.heddle('compile', ...words);
      return [exitCode, stdout, stderr.split('\n')[0]];
    };
    expect(await said('typo.yaml', '-o', 'out.json')).toEqual([
      3,
      '',
      expect.stringMatching(
        /^heddle: \[plan-invalid\] typo\.yaml:6(:\d+)?: .*unknown key "output"; did you mean "outputs"\?/,
      ),
    ]);
    await expect(workspace.read('out.json')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await said('none.yaml')).toEqual([
      2,
      '',
      'heddle: [config-invalid] cannot read none.yaml: there is no such file',
    ]);
    expect(await said('heddle.yaml', '-o', 'a', '--plan', 'b')).toEqual([
      2,
      '',
      'heddle: [usage] a heddle.yaml compiles to its plan only, so -o and --plan name the same file',
    ]);
    expect(await said('heddle.yaml', '-o', 'none/plan.json')).toEqual([
      2,
      '',
      expect.stringMatching(/^heddle: \[config-invalid\] nothing can be written to none\/plan\.json: ENOENT/),
    ]);
    expect(await said('heddle.yaml', '--set', 'region:=[')).toEqual([
      2,
      '',
      expect.stringContaining('[usage] the value of region is not JSON'),
    ]);
    expect(await said('broken.json')).toEqual([
      2,
      '',
      expect.stringContaining('[config-invalid] broken.json is no JSON: '),
    ]);
  });

  test('a plan has no parameters left to set', async () => {
    const workspace = await Workspace.forTest(region);
    await workspace.heddle('compile', 'heddle.yaml', '-o', 'plan.json');
    expect(await workspace.heddle('seed', 'plan.json', '--set', 'region=us')).toMatchObject({
      exitCode: 2,
      stderr:
        'heddle: [usage] plan.json is a compiled plan: its parameters and deadlines are settled\n  try: give --set and --deadline to heddle compile\n',
    });
  });
});

describe('heddle seed', () => {
  test('starts an epoch that nobody runs, and prints for every node the command that does', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    await open();
    const first = await workspace.heddle('seed', 'heddle.yaml', '-o', 'json');
    const seeded = JSON.parse(first.stdout) as { agents: { node: string; command: string[] }[] };
    expect(seeded).toEqual({
      deployment: 'pair',
      epoch: '1',
      store: `embedded:${workspace.path('.heddle/pair')}`,
      agents: ['db', 'web-0', 'web-1'].map((node) => {
        const words = ['--deployment', 'pair', '--epoch', '1', '--node', node];
        words.push('--directory', workspace.path(`.heddle/pair/nodes/${node}`));
        return {
          node,
          command: ['heddle', 'agent', '--store', `embedded:${workspace.path('.heddle/pair')}`, ...words],
        };
      }),
    });
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
      roles: { state: string }[];
    };
    expect(status.roles.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);

    const agents = await Promise.all(seeded.agents.map(({ command }) => workspace.heddle(...command.slice(1))));
    expect(
      agents.map(({ exitCode }) => exitCode),
      agents.map(({ stderr }) => stderr).join(''),
    ).toEqual([0, 0, 0]);
    expect(await workspace.read('web-1.secret')).toBe('hunter22\n');
    expect(await workspace.read('peers.json')).toBe('["10.0.1.0","10.0.1.1"]\n');
  });

  test('closes the epoch before it: its agents are refused', async () => {
    const workspace = await Workspace.forTest(region);
    const text = await workspace.heddle('seed', 'heddle.yaml');
    expect(text.stdout.split('\n')[0]).toBe(
      `deployment where, epoch 1: 1 node seeded in embedded:${workspace.path('.heddle/where')}`,
    );
    expect(text.stdout).toContain(
      `heddle agent --store embedded:${workspace.path('.heddle/where')} --deployment where --epoch 1 --node a --directory `,
    );
    expect((await workspace.heddle('seed', 'heddle.yaml')).stdout.split('\n')[0]).toContain('epoch 2: 1 node seeded');
    const words = [
      '--store',
      `embedded:${workspace.path('.heddle/where')}`,
      '--deployment',
      'where',
      '--node',
      'a',
      '--directory',
      workspace.path('node'),
    ];
    expect(await workspace.heddle('agent', ...words, '--epoch', '1')).toMatchObject({
      exitCode: 24,
      stderr: expect.stringContaining('[fenced] epoch 1 of deployment where is closed: a newer one was started'),
    });
    expect(await workspace.heddle('agent', ...words, '--epoch', '2')).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.told')).toMatchObject({ stdout: 'eu\n' });
  });

  test('a deployment with a mistake starts nothing', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': region['heddle.yaml'] ?? '' });
    expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining(`role one: ./one.sh is not an executable file in ${workspace.directory}`),
    });
    await expect(workspace.read('.heddle')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
