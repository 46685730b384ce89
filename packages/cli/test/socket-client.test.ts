import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answerJson, FakeAgent, type Received } from './support/fake-agent.ts';
import { type Result, Workspace } from './support/workspace.ts';

/** Run heddle as a process of role app, whose agent answers like this. */
async function insideRole(answer: (response: ServerResponse, request: Received) => void) {
  const workspace = await Workspace.forTest({});
  const socket = workspace.path('agent.sock');
  const agent = await FakeAgent.listen(socket, answer);
  onTestFinished(() => agent.close());
  const environment = { HEDDLE_SOCKET: socket, HEDDLE_NODE: 'web-0', HEDDLE_ROLE: 'app', HEDDLE_RUN: 'run-7' };
  return { workspace, agent, socket, start: (...words: string[]) => workspace.start(words, environment) };
}

function failure(result: Result) {
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr.trimEnd().split('\n') };
}

const notThere = {
  error: {
    code: 'never-written',
    message: 'db ended without writing it',
    exitCode: 21,
    retryable: false,
    notes: ['a note'],
    next: ['heddle status'],
  },
};

describe('heddle get inside a role', () => {
  test('asks the agent for the input, with the run it belongs to', async () => {
    const { agent, start } = await insideRole(answerJson({ value: 'x' }));
    expect(await start('get', 'db.host').end).toMatchObject({ exitCode: 0, stdout: 'x\n', stderr: '' });
    expect(agent.received).toEqual([
      {
        method: 'POST',
        url: '/v1/roles/app/await',
        headers: expect.objectContaining({ 'heddle-run': 'run-7' }),
        body: { input: 'db.host', wait: true },
      },
    ]);
  });

  test('hands its options on', async () => {
    const { agent, start } = await insideRole(answerJson({ value: 1 }));
    await start('get', 'a', '--timeout', '1m 30s', '--background').end;
    await start('get', 'a', '--no-wait').end;
    expect(agent.received.map(({ body }) => body)).toEqual([
      { input: 'a', wait: true, background: true, timeoutMs: 90_000 },
      { input: 'a', wait: false },
    ]);
  });

  test.each([
    ['text', 'a b', 'a b\n', '"a b"\n'],
    ['text with line ends and quotes', 'a\n"b"\n', 'a\n"b"\n\n', '"a\\n\\"b\\"\\n"\n'],
    ['the empty text', '', '\n', '""\n'],
    ['a number', 3306, '3306\n', '3306\n'],
    ['false', false, 'false\n', 'false\n'],
    ['null', null, 'null\n', 'null\n'],
    ['a list', ['ä', 1, null], '["ä",1,null]\n', '["ä",1,null]\n'],
    ['a map', { a: { b: '${x}' } }, '{"a":{"b":"${x}"}}\n', '{"a":{"b":"${x}"}}\n'],
  ])('prints %s as it is, and as JSON with -o json', async (_name, value, text, json) => {
    const { start } = await insideRole(answerJson({ value }));
    const [plain, asJson] = await Promise.all([start('get', 'a').end, start('get', 'a', '-o', 'json').end]);
    expect([plain.stdout, asJson.stdout]).toEqual([text, json]);
  });

  test('prints a value of a megabyte whole', async () => {
    const value = 'ä'.repeat(500_000);
    const { start } = await insideRole(answerJson({ value }));
    expect((await start('get', 'a').end).stdout).toBe(`${value}\n`);
  });

  test("ends with the agent's error and its exit code", async () => {
    const { start } = await insideRole(answerJson(notThere, 424));
    expect(failure(await start('get', 'a').end)).toEqual({
      exitCode: 21,
      stdout: '',
      stderr: ['heddle: [never-written] db ended without writing it', '  a note', '  try: heddle status'],
    });
  });

  test.each(['wait-timeout', 'missing-value', 'producer-failed', 'never-written', 'producer-lost', 'deadlock'])(
    'prints the default for %s',
    async (code) => {
      const { start } = await insideRole(answerJson({ error: { ...notThere.error, code } }, 424));
      expect(await start('get', 'a', '--default', '10.0.0.1').end).toMatchObject({
        exitCode: 0,
        stdout: '10.0.0.1\n',
        stderr: '',
      });
    },
  );

  test.each([
    ['unavailable', 24],
    ['session-lost', 24],
    ['denied', 25],
    ['not-declared', 2],
    ['aborted', 23],
    ['segment-missing', 21],
    ['fenced', 24],
  ])('never takes %s for an absence', async (code, exitCode) => {
    const { start } = await insideRole(answerJson({ error: { ...notThere.error, code } }, 503));
    expect(await start('get', 'a', '--default', '10.0.0.1').end).toMatchObject({ exitCode, stdout: '' });
  });

  test('stops when the agent goes away without an answer, whatever the default', async () => {
    const { socket, start } = await insideRole((response) => response.destroy());
    expect(failure(await start('get', 'a', '--default', 'x').end)).toEqual({
      exitCode: 24,
      stdout: '',
      stderr: [
        `heddle: [agent-gone] the agent of role app does not answer at ${socket}: socket hang up`,
        '  try: heddle status  shows what became of the role; stop this run, do not go on without the value',
      ],
    });
  });

  test('stops when the agent goes away in the middle of its answer', async () => {
    const { start } = await insideRole((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"value":', () => response.destroy());
    });
    expect(await start('get', 'a').end).toMatchObject({
      exitCode: 24,
      stdout: '',
      stderr: expect.stringContaining('[agent-gone]'),
    });
  });

  test('stops when there is no agent', async () => {
    const { workspace } = await insideRole(answerJson({}));
    const result = await workspace.start(['get', 'a'], {
      HEDDLE_SOCKET: workspace.path('none.sock'),
      HEDDLE_ROLE: 'app',
    }).end;
    expect(result).toMatchObject({
      exitCode: 24,
      stdout: '',
      stderr: expect.stringContaining(
        `[agent-gone] the agent of role app does not answer at ${workspace.path('none.sock')}: connect ENOENT`,
      ),
    });
  });

  test('an interrupt ends the wait at once, and the agent sees it', async () => {
    const { agent, start } = await insideRole(() => undefined);
    const get = start('get', 'a');
    await agent.asked;
    get.kill('SIGINT');
    expect(await get.end).toMatchObject({ signal: 'SIGINT', stdout: '' });
    await agent.hungUp;
  });

  test('says what is missing when only a part of the environment came along', async () => {
    const { workspace, socket } = await insideRole(answerJson({}));
    const result = await workspace.start(['get', 'a'], { HEDDLE_SOCKET: socket }).end;
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('[usage] HEDDLE_SOCKET is set but HEDDLE_ROLE is not'),
    });
  });

  test('refuses a duration that is none', async () => {
    const { agent, start } = await insideRole(answerJson({ value: 1 }));
    expect(await start('get', 'a', '--timeout', 'soon').end).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"soon"'),
    });
    expect(agent.received).toEqual([]);
  });
});

describe('heddle set inside a role', () => {
  test('publishes text, JSON and files in one request', async () => {
    const { workspace, agent, start } = await insideRole(answerJson({ published: [], held: [], unchanged: [] }));
    await workspace.write('cert.pem', 'line 1\nline 2\n');
    const result = await start(
      'set',
      'host=10.0.0.5',
      'eq=a=b',
      'empty=',
      'port:=3306',
      'tags:=["a", null]',
      `cert=@${workspace.path('cert.pem')}`,
      'at:="@home"',
    ).end;
    expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const outputs = {
      host: '10.0.0.5',
      eq: 'a=b',
      empty: '',
      port: 3306,
      tags: ['a', null],
      cert: 'line 1\nline 2\n',
      at: '@home',
    };
    expect(agent.received).toEqual([
      {
        method: 'POST',
        url: '/v1/roles/app/publish',
        headers: expect.objectContaining({ 'heddle-run': 'run-7' }),
        body: {
          outputs: Object.fromEntries(
            Object.entries(outputs).map(([name, value]) => [name, { value, origin: 'written' }]),
          ),
        },
      },
    ]);
  });

  test.each([
    ['no assignment', ['port'], 2, '[usage] "port" is no NAME=TEXT, NAME:=JSON or NAME=@FILE'],
    ['no JSON', ['port:=33o6'], 2, '[usage] the value of port is not JSON: '],
    ['no such file', ['cert=@none.pem'], 2, '[config-invalid] the file none.pem for cert cannot be read: ENOENT'],
    [
      'no text',
      ['key=@key.bin'],
      26,
      '[wrong-type] the file key.bin for key is no UTF-8 text, and a value is text or JSON',
    ],
    ['twice', ['a=1', 'a=2'], 2, '[usage] a is set twice; one run of heddle set gives every output one value'],
  ])('refuses %s and publishes nothing', async (_name, words, exitCode, message) => {
    const { workspace, agent, start } = await insideRole(answerJson({}));
    await writeFile(workspace.path('key.bin'), Buffer.from([0xff, 0xfe, 0x00]));
    const result = await start('set', 'fine=1', ...words).end;
    expect({ exitCode: result.exitCode, message: result.stderr.slice(0, `heddle: ${message}`.length) }).toEqual({
      exitCode,
      message: `heddle: ${message}`,
    });
    expect(agent.received).toEqual([]);
  });

  test('outside a role it says that only a role publishes', async () => {
    const workspace = await Workspace.forTest({});
    expect(await workspace.heddle('set', 'db.port:=3307')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'heddle: [usage] only a running role publishes, and this command runs outside one (HEDDLE_SOCKET is not set)',
      ),
    });
  });
});
