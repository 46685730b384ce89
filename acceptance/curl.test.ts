import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Deployment, maxValueBytes, script } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';

const files = {
  'open.sh': script(
    'echo "$HEDDLE_SOCKET $HEDDLE_NODE $HEDDLE_ROLE $HEDDLE_RUN" > seen.part',
    'mv seen.part seen',
    'read line < gate',
  ),
  'late.sh': script('read line < late-gate', 'heddle set word=late'),
  'heddle.yaml': `
heddle: 1
deployment: curl
nodes:
  web:
    roles:
      - name: app
        command: [./open.sh]
        inputs:
          db.port: 3306
          db.word: { $value: "\${late.word}", deadline: 5m }
          db.never: "\${early.never}"
        outputs: { port: port, password: { path: pass, sensitive: true }, end: { path: last, publish: end } }
      - { name: next, command: ["true"] }
  late: { roles: [{ name: late, command: [./late.sh], outputs: { word: word } }] }
  early: { roles: [{ name: early, command: ["true"], outputs: { never: never } }] }
`,
};

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('curl with the agent’s socket', () => {
  it('tells health and declaration, awaits, publishes, follows the events, and gets an error object for every mistake', async () => {
    const deployment = await Deployment.create(files);
    const gates = { app: await deployment.gate('gate'), late: await deployment.gate('late-gate') };
    const run = deployment.start('up');
    await eventually('the role runs', () => exists(join(deployment.directory, 'seen')));
    const [socket = '', node, role, id = ''] = (await deployment.read('seen')).trim().split(' ');
    expect([node, role]).toEqual(['web', 'app']);
    expect((await stat(socket)).mode & 0o777).toBe(0o600);

    const curl = async (path: string, ...words: readonly string[]): Promise<Answer> => {
      const { stdout } = await execa('curl', [
        '--silent',
        '--unix-socket',
        socket,
        '--write-out',
        '\n%{http_code}',
        ...words,
        `http://heddle${path}`,
      ]);
      const end = stdout.lastIndexOf('\n');
      const body = stdout.slice(0, end);
      return { status: Number(stdout.slice(end + 1)), body: body === '' ? {} : JSON.parse(body) };
    };
    const post = (path: string, body: string, ...words: readonly string[]) =>
      curl(`/v1/roles/app/${path}`, ...words, '--data-binary', body);

    expect(await curl('/v1/health')).toEqual({
      status: 200,
      body: { ok: true, protocol: 1, version: '0.1.0', deployment: 'curl', epoch: '1', node: 'web', role: 'app' },
    });
    expect(await curl('/v1/roles/app')).toEqual({
      status: 200,
      body: {
        protocol: 1,
        deployment: 'curl',
        node: 'web',
        role: 'app',
        run: id,
        inputs: [
          { path: ['db', 'port'], sensitive: false },
          { path: ['db', 'word'], sensitive: false },
          { path: ['db', 'never'], sensitive: false },
        ],
        outputs: [
          { name: 'port', path: ['port'], sensitive: false, publish: 'settled' },
          { name: 'password', path: ['pass'], sensitive: true, publish: 'settled' },
          { name: 'end', path: ['last'], sensitive: false, publish: 'end' },
        ],
      },
    });

    const events = execa('curl', ['--silent', '--no-buffer', '--unix-socket', socket, 'http://heddle/v1/events'], {
      reject: false,
    });
    onTestFinished(() => void events.kill('SIGKILL'));
    const told: Record<string, unknown>[] = [];
    const isTold = (type: string, name: string) =>
      told.some((event) => event['type'] === type && Object.values(event).includes(name));
    createInterface({ input: events.stdout }).on('line', (line) => told.push(JSON.parse(line)));
    await eventually('the stream of events has begun', async () => told.length > 0);
    expect(told[0]).toEqual({ type: 'version', version: 1 });

    // Publish: typed, idempotent, held back until the end.
    expect(await post('publish', '{"outputs":{"port":{"value":3306}}}')).toEqual({
      status: 200,
      body: { published: ['port'], held: [], unchanged: [] },
    });
    expect(await post('publish', '{"outputs":{"port":{"value":3306}}}')).toEqual({
      status: 200,
      body: { published: [], held: [], unchanged: ['port'] },
    });
    expect(
      await post('publish', '{"outputs":{"password":{"value":"pass-canary"},"end":{"value":[1,{"a":null}]}}}'),
    ).toEqual({
      status: 200,
      body: { published: ['password'], held: ['end'], unchanged: ['port'] },
    });
    expect((await deployment.heddle('get', 'web.port', '-o', 'json')).stdout).toBe('3306');

    // Await: a constant at once, an absent value when it may not wait, an error at once, a value after a wait.
    expect(await post('await', '{"path":["db","port"]}', '--header', `Heddle-Run: ${id}`)).toMatchObject({
      status: 200,
      body: { value: 3306, type: 'number', sensitive: false },
    });
    expect(await post('await', '{"input":"db.word","wait":false}')).toMatchObject({
      status: 409,
      body: { error: { code: 'missing-value', exitCode: 20 } },
    });
    expect(await post('await', '{"input":"db.word","timeoutMs":200}')).toMatchObject({
      status: 504,
      body: {
        error: {
          code: 'wait-timeout',
          exitCode: 20,
          retryable: true,
          message: 'web role app (heddle.yaml:11) waited 200ms for late.word (input db.word)',
        },
      },
    });
    expect(await post('await', '{"input":"db.never","source":"start.rb:3"}')).toMatchObject({
      status: 424,
      body: {
        error: {
          code: 'never-written',
          exitCode: 21,
          retryable: false,
          message:
            'web role app (start.rb:3) needs early.never (input db.never), which will never come: role early of early ended well without writing early.never',
        },
      },
    });
    const word = post('await', '{"input":"db.word","source":"start.rb:4"}');
    await eventually('the event of the wait', async () => isTold('wait', 'start.rb:4'));
    await gates.late.open();
    expect(await word).toMatchObject({ status: 200, body: { value: 'late', type: 'string', sensitive: false } });

    // Mistakes.
    const error = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      const { code, message, exitCode } = body['error'] as { code: string; message: string; exitCode: number };
      return [status, code, exitCode, message];
    };
    expect(await error(post('publish', '{"outputs":'))).toEqual([
      400,
      'usage',
      2,
      expect.stringContaining('the body is not JSON'),
    ]);
    expect(await error(post('publish', '{"port":3306}'))).toEqual([
      400,
      'usage',
      2,
      expect.stringContaining('outputs'),
    ]);
    expect(await error(post('publish', '{"outputs":{"prot":{"value":1}}}'))).toEqual([
      404,
      'not-declared',
      2,
      'role app of web declares no output prot',
    ]);
    expect(await error(post('await', '{}'))).toEqual([
      400,
      'usage',
      2,
      'the body names no input: {"input": "db.host"}',
    ]);
    expect(await error(post('await', '{"input":"db.prot"}'))).toEqual([
      404,
      'not-declared',
      2,
      'role app of web declares no input db.prot',
    ]);
    expect(await error(curl('/v1/roles/next'))).toEqual([404, 'not-found', 2, 'role next of web does not run now']);
    expect(await error(curl('/v1/nothing'))).toEqual([404, 'not-found', 2, 'no such route: GET /v1/nothing']);
    expect(await error(post('publish', '{"outputs":{}}', '--header', 'Heddle-Run: an-earlier-one'))).toEqual([
      409,
      'fenced',
      24,
      'this process belongs to an earlier run of role app of web',
    ]);
    await deployment.write(
      'large.json',
      `{"outputs":{"port":{"value":"${randomBytes(825_000).toString('base64')}","source":"start.rb:9"}}}`,
    );
    expect(await error(post('publish', `@${join(deployment.directory, 'large.json')}`))).toEqual([
      413,
      'too-large',
      26,
      expect.stringMatching(
        new RegExp(
          `^web role app \\(start\\.rb:9\\) wrote web\\.port \\(port\\): 1100\\d{3} bytes, this store takes ${maxValueBytes}$`,
        ),
      ),
    ]);
    // Nothing of a refused request is written.
    expect(await post('publish', '{"outputs":{"port":{"value":1},"nope":{"value":2}}}')).toMatchObject({ status: 404 });
    expect((await deployment.heddle('get', 'web.port')).stdout).toBe('3306');

    expect(await post('state', '{"step":"package[nginx]","updated":3}')).toEqual({ status: 204, body: {} });
    expect(await post('state', '{"warning":"mind the pass-canary"}')).toEqual({ status: 204, body: {} });
    await gates.app.open();
    const result = await run.end();
    await events;
    expect(result.exitCode).toBe(0);
    expect(`${result.stdout}${result.stderr}`).toContain('warning: mind the ********');
    expect(told.filter(({ type }) => type === 'published').map(({ output }) => output)).toEqual([
      'port',
      'password',
      'end',
    ]);
    expect(isTold('received', 'db.word')).toBe(true);
    expect(JSON.stringify(told)).not.toMatch(/3306|canary/);
    expect((await deployment.heddle('get', 'web.end')).stdout).toBe('[1,{"a":null}]');
    expect(await deployment.processes()).toEqual([]);
  });
});
