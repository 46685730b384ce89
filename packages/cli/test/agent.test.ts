import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const deployment = `heddle: 1
deployment: held
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], outputs: { told: told } }]
`;

function agentWords(workspace: Workspace, epoch: string): string[] {
  const words = ['agent', '--store', `embedded:${workspace.path('.heddle/held')}`, '--deployment', 'held'];
  return [...words, '--epoch', epoch, '--node', 'a', '--directory', workspace.path('node')];
}

/** True while a process lives; a zombie does not. */
async function isAlive(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid.trim()}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

describe('a new agent of a node', () => {
  test('ends what a killed agent left running of its role', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': deployment,
      'one.sh': script(
        'if [ -e pid ]; then echo again; exit 0; fi',
        'setsid sleep 1000 &',
        'echo $! > pid',
        'echo "the agent is $PPID"',
        'read line < gate',
      ),
    });
    await workspace.gate('gate');
    expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
    const first = workspace.start([...agentWords(workspace, '1'), '--events']);
    const line = await first.line(/the agent is \d+/);
    expect(await workspace.read('node/run')).toMatch(/^\S+$/);
    process.kill(Number(/the agent is (\d+)/.exec(line)?.[1]), 'SIGKILL');
    await first.end;
    const left = await workspace.read('pid');
    expect(await isAlive(left)).toBe(true);

    const second = await workspace.heddle(...agentWords(workspace, '1'));
    expect(second, second.stderr).toMatchObject({ exitCode: 0 });
    expect(await isAlive(left)).toBe(false);
    await expect(workspace.read('node/run')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('lets live what a role that ended well has left running', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': deployment,
      'one.sh': script('if [ -e pid ]; then exit 0; fi', 'setsid sleep 1000 > /dev/null 2>&1 &', 'echo $! > pid'),
    });
    await workspace.heddle('seed', 'heddle.yaml');
    for (const _run of [1, 2]) {
      const run = await workspace.heddle(...agentWords(workspace, '1'));
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
    }
    expect(await isAlive(await workspace.read('pid'))).toBe(true);
  });
});

describe('an agent whose epoch is closed', () => {
  test('stops its role and ends with fenced', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': deployment,
      'one.sh': script('trap "echo stopped > stopped; exit 1" TERM', 'echo it runs', 'sleep 1000 &', 'wait'),
    });
    await workspace.heddle('seed', 'heddle.yaml');
    const agent = workspace.start([...agentWords(workspace, '1'), '--events']);
    await agent.line(/it runs/);
    expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
    const { exitCode, stderr } = await agent.end;
    expect(exitCode).toBe(24);
    expect(stderr).toContain('[fenced] epoch 1 of deployment held is closed: a newer one was started');
    expect(await workspace.read('stopped')).toBe('stopped\n');
  });
});

describe('a password in a store URL', () => {
  const embedded = fileURLToPath(new URL('../../store-embedded/joined/index.js', import.meta.url));
  const store = (folder: string) => `import embedded from '${embedded}';
export default { name: 'mine', contract: 1, schemes: ['mine'], open: (_url, options) => embedded.open('embedded:${folder}', options) };
`;
  const url = 'heddle-mine+mine://joe:s3cret@host/x';

  async function withPassword(): Promise<Workspace> {
    const workspace = await Workspace.forTest({
      'heddle.yaml': deployment,
      'one.sh': script('echo it runs', 'env > environment', 'read line < gate'),
      'node_modules/heddle-mine/package.json': JSON.stringify({ name: 'heddle-mine', type: 'module', main: 'i.js' }),
    });
    await workspace.write('node_modules/heddle-mine/i.js', store(workspace.path('data')));
    return workspace;
  }

  test('stands on no command line and in no environment of a role', async () => {
    const workspace = await withPassword();
    const open = await workspace.gate('gate');
    const up = workspace.start(['up', '-v'], { HEDDLE_STORE: url });
    await up.line(/it runs/);
    const commands = (await workspace.commands()).join('\n');
    expect(commands).toContain(' agent --deployment held --epoch 1 --node a ');
    expect(commands).not.toContain('s3cret');
    await open();
    const { exitCode, stdout, stderr } = await up.end;
    expect(exitCode, stderr).toBe(0);
    expect(await workspace.read('environment')).not.toContain('s3cret');
    expect(stdout + stderr).not.toContain('s3cret');
  });

  test('is printed by seed and agent --help nowhere; the command of an agent leaves the store out', async () => {
    const workspace = await withPassword();
    const seed = await workspace.start(['seed', 'heddle.yaml'], { HEDDLE_STORE: url }).end;
    expect(seed, seed.stderr).toMatchObject({ exitCode: 0 });
    expect(seed.stdout).toContain('1 node seeded in heddle-mine+mine://joe:***@host/x');
    expect(seed.stdout).toContain('heddle agent --deployment held --epoch 1 --node a');
    expect(seed.stderr).toContain('HEDDLE_STORE');
    const json = await workspace.start(['seed', 'heddle.yaml', '-o', 'json'], { HEDDLE_STORE: url }).end;
    expect(JSON.parse(json.stdout)).toMatchObject({ store: 'heddle-mine+mine://joe:***@host/x' });
    const help = await workspace.start(['agent', '--help'], { HEDDLE_STORE: url }).end;
    for (const { stdout, stderr } of [seed, json, help]) expect(stdout + stderr).not.toContain('s3cret');
  });
});
