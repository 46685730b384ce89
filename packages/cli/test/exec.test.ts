import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const files: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: typed
nodes:
  db:
    roles:
      - { name: server, command: [./db.sh, "--now"], outputs: { port: port } }
      - { name: check, command: { run: [./check.sh], env: { LEVEL: high } }, outputs: { verdict: verdict } }
      - { name: check_again, command: [./check.sh], outputs: { second: second } }
  web:
    roles:
      - { name: app, command: [./web.sh], inputs: { db.port: "\${db.port}" } }
`,
  'db.sh': script('heddle set port:=3306', 'echo "to stdout: $*"', 'echo "to stderr" >&2'),
  'check.sh': script('cat > heard', 'test $HEDDLE_ROLE = check && heddle set verdict=$LEVEL || heddle set second=yes'),
  'web.sh': script('read line < gate', 'heddle get db.port > port'),
};

describe('heddle exec', () => {
  test.each([
    ['deployment', 'shop', 'typed', []],
    ['epoch', '7', '8', ['--epoch', '8']],
    ['node', 'web', 'db', ['--node', 'db']],
    ['node', 'web', 'db', []],
  ])('takes no credentials of another %s, and starts nothing', async (name, given, wanted, words) => {
    const workspace = await Workspace.forTest(files);
    const grantee = { deployment: 'typed', epoch: '7', node: 'web', [name]: given };
    const credentials = { heddleCredentials: 1, ...grantee, user: 'typed.7.web', password: 'of-web' };
    await workspace.write('web.json', JSON.stringify(credentials));
    const environment = {
      HEDDLE_STORE_CREDENTIALS_FILE: workspace.path('web.json'),
      HEDDLE_NODE: name === 'node' ? wanted : undefined,
    };
    const run = workspace.start(['exec', ...words, '--', './db.sh', '--now'], environment);
    expect(await run.end).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(
        `[config-invalid] ${workspace.path('web.json')} is for ${name} ${given}, not for ${wanted}`,
      ),
    });
    expect(existsSync(workspace.path('.heddle'))).toBe(false);
  });

  test('runs a command as the role whose words it is, and starts the first epoch from the file', async () => {
    const workspace = await Workspace.forTest(files);
    const open = await workspace.gate('gate');
    const db = await workspace.heddle('exec', '--node', 'db', '--', './db.sh', '--now');
    expect(db).toMatchObject({ exitCode: 0, stdout: 'to stdout: --now\n' });
    expect(db.stderr).toContain('heddle: ./db.sh runs as role server of db, deployment typed, epoch 1\n');
    expect(db.stderr).toMatch(/^to stderr$/m);
    const web = workspace.start(['exec', '--quiet', '--', './web.sh'], { HEDDLE_NODE: 'web' });
    await open();
    expect(await web.end).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await workspace.read('port')).toBe('3306\n');
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
      epoch: string;
      roles: { role: string; state: string }[];
    };
    expect(status.epoch).toBe('1');
    expect(Object.fromEntries(status.roles.map(({ role, state }) => [role, state]))).toEqual({
      server: 'done',
      check: 'pending',
      check_again: 'pending',
      app: 'done',
    });
  });

  test('of several roles with the same words the first one that is not done is meant', async () => {
    const workspace = await Workspace.forTest(files);
    const run = (...words: string[]) => workspace.heddle('exec', '--node', 'db', ...words, '--', './check.sh');
    expect(await run()).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('runs as role check of db') });
    expect(await run()).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('runs as role check_again of db'),
    });
    expect(await workspace.heddle('get', 'db.verdict')).toMatchObject({ stdout: 'high\n' });
    expect(await workspace.heddle('get', 'db.second')).toMatchObject({ stdout: 'yes\n' });
    expect(await run()).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: `heddle: [usage] "./check.sh" is no run of a role of db that is still to be done
  role server (command): pending
  role check (command): done
  role check_again (command): done
  try: name the role: heddle exec --role ROLE -- COMMAND
  try: or begin anew, with every role of every node to be done: heddle seed FILE
`,
    });
    expect(await run('--role', 'check')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('runs as role check of db'),
    });
  });

  test("gives back the command's own exit code, also that of a signal, and records the failure", async () => {
    const workspace = await Workspace.forTest(files);
    const run = (...command: string[]) => workspace.heddle('exec', '--node', 'web', '--role', 'app', '--', ...command);
    const failed = await run('sh', '-c', 'echo bad >&2; exit 42');
    expect(failed).toMatchObject({ exitCode: 42, stdout: '', stderr: expect.stringMatching(/^bad$/m) });
    expect(failed.stderr).toContain('heddle: web role app failed: exit code 42\n');
    expect(await run('sh', '-c', 'kill -9 $$')).toMatchObject({ exitCode: 137 });
    expect(await run('sh', '-c', 'heddle get nothing; exit 5')).toMatchObject({ exitCode: 5 });
    expect(await run('sh', '-c', 'heddle get db.port --no-wait || exit 5')).toMatchObject({ exitCode: 5 });
    expect(await run('./is-not-there')).toMatchObject({
      exitCode: 127,
      stderr: expect.stringContaining('failed to execute ./is-not-there: No such file or directory'),
    });
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
      roles: { role: string; state: string }[];
    };
    expect(status.roles.find(({ role }) => role === 'app')?.state).toBe('failed');
  });

  test('an interrupt ends the command and comes back as 130', async () => {
    const workspace = await Workspace.forTest(files);
    const run = workspace.start([
      'exec',
      '--node',
      'web',
      '--role',
      'app',
      '--',
      'sh',
      '-c',
      'echo started; read line < gate',
    ]);
    await workspace.gate('gate');
    await run.line(/^started$/);
    run.kill('SIGINT');
    expect(await run.end).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('[interrupted] role app of web was interrupted by SIGINT'),
    });
  });

  test('machines that start at the same time meet in one epoch', async () => {
    const workspace = await Workspace.forTest(files);
    const open = await workspace.gate('gate');
    const runs = [
      workspace.start(['exec', '--node', 'web', '--', './web.sh']),
      workspace.start(['exec', '--node', 'db', '--', './db.sh', '--now']),
    ];
    await open();
    const ends = await Promise.all(runs.map((run) => run.end));
    expect(
      ends.map(({ exitCode }) => exitCode),
      ends.map(({ stderr }) => stderr).join(''),
    ).toEqual([0, 0]);
    expect(ends.map(({ stderr }) => /epoch (\d+)/.exec(stderr)?.[1])).toEqual(['1', '1']);
    expect(await workspace.read('port')).toBe('3306\n');
  });

  test('stays with the plan of the epoch, and says that the file has changed', async () => {
    const workspace = await Workspace.forTest(files);
    await workspace.heddle('seed', 'heddle.yaml');
    const check = () => workspace.heddle('exec', '--node', 'db', '--role', 'check', '--', './check.sh');
    expect((await check()).stderr).not.toContain('has changed');
    await workspace.write('heddle.yaml', (files['heddle.yaml'] ?? '').replace('LEVEL: high', 'LEVEL: low'));
    expect(await check()).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(
        'heddle: the deployment file has changed since this epoch began, whose own plan counts; heddle seed FILE starts a new one\n',
      ),
    });
    expect(await workspace.heddle('get', 'db.verdict')).toMatchObject({ stdout: 'high\n' });
  });

  test('takes a file that says fewer members than a group was scaled to for what it was', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: grown
nodes:
  web: { count: 2, roles: [{ name: app, command: [./app.sh], outputs: { ip: ip } }] }
  lb: { roles: [{ name: list, command: [./list.sh], inputs: { peers: "\${web[*].ip}" } }] }
`,
      'app.sh': script('heddle set ip=10.0.0.1'),
      'list.sh': script('true'),
    });
    await workspace.heddle('seed', 'heddle.yaml');
    await workspace.heddle('scale', 'web=3');
    const runs = [
      await workspace.heddle('exec', '--node', 'lb', '--', './list.sh'),
      await workspace.heddle('exec', '--node', 'web-2', '--', './app.sh'),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    for (const { stderr } of runs) expect(stderr).not.toContain('has changed');
  });

  test('says what it cannot know', async () => {
    const workspace = await Workspace.forTest(files);
    await workspace.heddle('seed', 'heddle.yaml');
    const said = async (words: string[], environment: NodeJS.ProcessEnv = {}) => {
      const { exitCode, stderr } = await workspace.start(['exec', ...words], environment).end;
      return [exitCode, stderr.split('\n')[0]];
    };
    const unknown = await said(['--', './web.sh']);
    expect(unknown).toEqual([
      2,
      expect.stringMatching(
        /^heddle: \[usage\] nothing says which node this machine is: no --node, no HEDDLE_NODE, no \/etc\/heddle\/node\.json, and no node is named after the host /,
      ),
    ]);
    expect(await said(['--node', 'wbe', '--', './web.sh'])).toEqual([
      2,
      'heddle: [not-found] the deployment has no node wbe, which --node names; did you mean "web"?',
    ]);
    expect(await said(['--', './web.sh'], { HEDDLE_NODE: 'bd' })).toEqual([
      2,
      'heddle: [not-found] the deployment has no node bd, which HEDDLE_NODE names; it has db and web',
    ]);
    expect(await said(['--node', 'web', '--role', 'ap', '--', './web.sh'])).toEqual([
      2,
      'heddle: [not-found] node web has no role ap; did you mean "app"?',
    ]);
    expect(await said(['--node', 'web', '--epoch', '7', '--', './web.sh'])).toEqual([
      2,
      'heddle: [not-found] deployment typed has no epoch 7 in this store',
    ]);
    expect(await said(['--node', 'web'])).toEqual([2, "heddle: [usage] missing required argument 'command'"]);
    expect(
      await said(['--store', `embedded:${workspace.path('empty')}`, '--deployment', 'typed', '--', 'true']),
    ).toEqual([2, 'heddle: [not-found] this store holds no deployment named typed']);
  });
});
