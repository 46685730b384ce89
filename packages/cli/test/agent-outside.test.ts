import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

/** A program that takes part by the socket API alone; `leave` closes the connection that its run lasts as long as. */
class Program {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    onTestFinished(() => this.leave());
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<unknown> {
    // Everything but the first question goes over connections of its own.
    const agent = path === '/v1/runs' ? this.#agent : new Agent();
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.#socketPath, path, method: 'POST', agent, headers }, (response) => {
        text(response).then((answer) => resolve(JSON.parse(answer)), reject);
      });
      sent.on('error', reject).end(JSON.stringify(body));
    });
  }

  leave(): void {
    this.#agent.destroy();
  }
}

test('an aborted deployment ends the wait for a run from outside, and turns away whoever comes then', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': 'heddle: 1\ndeployment: mixed\nnodes: { a: { roles: [{ name: two, command: [./two.sh] }] } }\n',
    'two.sh': script('exit 9'),
  });
  expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
  const where = ['--store', `embedded:${workspace.path('.heddle/mixed')}`, '--deployment', 'mixed', '--epoch', '1'];
  const agent = workspace.start(['agent', ...where, '--node', 'a', '--directory', 'n', '--outside', 'two']);
  await agent.line(/a two +waits for its run/);
  expect(await workspace.heddle('abort')).toMatchObject({ exitCode: 0 });
  await agent.line(/a two +aborted/);
  const program = new Program(workspace.path('n/agent.sock'));
  expect(await program.post('/v1/runs', {})).toMatchObject({ error: { code: 'aborted' } });
  expect(await workspace.heddle('abort', '--cancel')).toMatchObject({ exitCode: 0 });
  expect(await new Program(workspace.path('n/agent.sock')).post('/v1/runs', {})).toMatchObject({ role: 'two' });
  agent.kill('SIGTERM');
  expect(await agent.end).toMatchObject({ exitCode: 130 });
});

test('an agent with a role from outside lets in any program, and takes what retry asks after all has ended', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': `heddle: 1
deployment: mixed
nodes:
  a:
    roles:
      - { name: one, command: [./one.sh], outputs: { number: number } }
      - { name: two, command: [./two.sh], inputs: { number: "\${a.number}" }, outputs: { told: told } }
`,
    'one.sh': script('test -e repaired', 'heddle set number:=1'),
    'two.sh': script('exit 9'),
  });
  expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
  const where = ['--store', `embedded:${workspace.path('.heddle/mixed')}`, '--deployment', 'mixed'];
  const agent = workspace.start([
    'agent',
    ...where,
    '--epoch',
    '1',
    '--node',
    'a',
    '--directory',
    'n',
    '--outside',
    'two',
  ]);
  await agent.line(/a one +failed/);
  await agent.line(/a two +waits for its run, which somebody else starts/);

  const program = new Program(workspace.path('n/agent.sock'));
  const entry = await program.post('/v1/runs', {});
  expect(entry).toEqual({ deployment: 'mixed', epoch: '1', node: 'a', role: 'two', run: expect.any(String) });
  const { run } = entry as { run: string };
  await agent.line(/a two +running/);
  const report = { outputs: { told: { value: 'by itself' } }, end: true };
  expect(await program.post('/v1/roles/two/publish', report, { 'heddle-run': run })).toMatchObject({
    published: ['told'],
  });
  program.leave();
  await agent.line(/a two +done/);
  expect(await workspace.heddle('get', 'a.told')).toMatchObject({ stdout: 'by itself\n' });

  await workspace.write('repaired', '');
  expect(await workspace.heddle('retry', 'a:one')).toMatchObject({ exitCode: 0 });
  await agent.line(/a one +done/);
  agent.kill('SIGTERM');
  expect(await agent.end).toMatchObject({ exitCode: 0 });
});
