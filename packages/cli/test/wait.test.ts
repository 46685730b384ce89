import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const files: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: shop
nodes:
  db:
    roles:
      - { name: mysql, command: [./mysql.sh], outputs: { port: port, never: never } }
  web:
    count: 2
    roles:
      - { name: app, command: [./app.sh], inputs: { db.port: "\${db.port}" }, outputs: { ip: ip } }
`,
  'mysql.sh': script('read line < gate', 'heddle set port:=3306', 'read line < end'),
  'app.sh': script('heddle get db.port', 'heddle set ip=10.0.0.1'),
};

async function running(more: Readonly<Record<string, string>> = {}) {
  const workspace = await Workspace.forTest({ ...files, ...more });
  const [publish, end] = [await workspace.gate('gate'), await workspace.gate('end')];
  const up = workspace.start(['up']);
  await Promise.all([up.line(/web-0 app +waits for db\.port/), up.line(/web-1 app +waits for db\.port/)]);
  return { workspace, publish, end, up };
}

describe('heddle wait', () => {
  test('ends with 0 when all conditions hold, not when one of them does', async () => {
    const { workspace, publish, end } = await running();
    const value = workspace.start(['wait', '--for=value=db.port', '--for=role=db.mysql:running']);
    const all = workspace.start(['wait', '--for=value=db.port', '--for=group=web:ip', '--for=role=db.mysql']);
    await publish();
    expect(await value.end).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringMatching(/^heddle wait: all is there, after /) as string,
    });
    // Were the role's end not waited for, this one would have ended with the values.
    const values = await workspace.heddle('wait', '-q', '--for=group=web:ip');
    expect(values).toEqual({ exitCode: 0, signal: undefined, stdout: '', stderr: '' });
    const open = await workspace.heddle('wait', '--for=role=db.mysql', '--timeout', '300ms');
    expect(open.exitCode).toBe(20);
    await end();
    expect(await all.end).toMatchObject({ exitCode: 0 });
  });

  test('after the timeout ends with 20, and says what the producer is doing', async () => {
    const { workspace } = await running();
    const result = await workspace.heddle('wait', '--for=value=db.port', '--for=role=web[1].app', '--timeout', '500ms');
    expect(result.exitCode).toBe(20);
    expect(result.stderr.replace(/for [\d.]+m?s/g, 'for a while')).toBe(
      [
        'heddle: [wait-timeout] heddle wait waited 500ms for db.port, web-1.app:done of deployment shop (epoch 1)',
        '  producer: db, role mysql: running, for a while',
        '  producer: web-1, role app: waits for db.port, for a while',
        '  try: heddle why db:mysql  explains what it waits for',
        '  try: heddle wait ... --timeout 30m  waits longer',
        '',
      ].join('\n'),
    );
  });

  test('ends with 21 as soon as a condition can never hold, with the first cause', async () => {
    const { workspace, publish } = await running({
      'mysql.sh': script('read line < gate', 'echo no space left', 'exit 3'),
    });
    const waits = ['--for=value=web[0].ip', '--for=role=db.mysql'].map((condition) =>
      workspace.start(['wait', condition]),
    );
    await publish();
    const [ip, mysql] = await Promise.all(waits.map((wait) => wait.end));
    expect([ip?.exitCode, mysql?.exitCode]).toEqual([21, 21]);
    expect(ip?.stderr).toMatch(
      /^heddle: \[producer-failed\] heddle wait: web-0\.ip will never come: role app of web-0 failed/,
    );
    expect(ip?.stderr).toContain('first cause: db role mysql failed: exit code 3');
    expect(mysql?.stderr).toContain('last output of db:');
  });

  test('--error=any-failed ends it for a role that no condition is about', async () => {
    const { workspace, publish } = await running({
      'heddle.yaml': (files['heddle.yaml'] ?? '')
        .replace('outputs: { ip: ip }', 'outputs: { ip: ip }')
        .concat(
          '  ops:\n    roles:\n      - { name: check, command: [./check.sh], inputs: { db.port: "${db.port}" } }\n',
        ),
      'check.sh': script('heddle get db.port', 'exit 4'),
    });
    const wait = workspace.start(['wait', '--for=role=db.mysql', '--error=any-failed']);
    await publish();
    const { exitCode, stderr } = await wait.end;
    expect(exitCode).toBe(21);
    expect(stderr).toContain('role check of ops failed (exit code 4), and --error=any-failed was given');
    expect(stderr).toContain('  try: heddle why ops:check  explains it\n');
  });

  test('ends with 24 when another epoch begins', async () => {
    const workspace = await Workspace.forTest(files);
    await workspace.heddle('seed', 'heddle.yaml');
    const wait = workspace.start(['wait', '--for=value=db.port', '--epoch', '1']);
    await workspace.heddle('seed', 'heddle.yaml');
    const { exitCode, stderr } = await wait.end;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 24 });
    expect(stderr).toContain('[fenced] epoch 1 of deployment shop is closed: a newer one was started');
  });

  test('prints a line every 15 s, and ends with 24 when the store does not answer until the timeout', async () => {
    const workspace = await Workspace.forTest(files);
    const store = workspace.start(['store', 'data', '--listen', '127.0.0.1:0']);
    const url = /heddle:\S+/.exec(await store.line(/heddle:\/\//))?.[0] ?? '';
    await workspace.heddle('seed', 'heddle.yaml', '--store', url);
    const words = ['wait', '--for=value=db.port', '--timeout', '25s', '--store', url, '--deployment', 'shop'];
    const wait = workspace.start(words);
    await wait.line(
      /^heddle wait: has waited \d+s for db\.port; producer: db, role mysql: not started yet; \d.* left$/,
    );
    store.kill('SIGTERM');
    const { exitCode, stderr } = await wait.end;
    expect(exitCode).toBe(24);
    expect(stderr).toContain(
      '[unavailable] heddle wait waited 25s for db.port of deployment shop (epoch 1): the store does not answer, so nobody can say what has come\n  try: heddle doctor',
    );
  });

  test('a condition about something that is not there ends with 2', async () => {
    const workspace = await Workspace.forTest(files);
    await workspace.heddle('seed', 'heddle.yaml');
    expect(await workspace.heddle('wait', '--for=value=db.prot')).toMatchObject({
      exitCode: 2,
      stderr:
        'heddle: [not-declared] no role of db declares an output prot; did you mean "port"?\n  try: heddle ls  lists all outputs\n',
    });
    expect((await workspace.heddle('wait')).exitCode).toBe(2);
  });
});
