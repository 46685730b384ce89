import { describe, expect, test } from 'vitest';
import { pair } from './support/pair.ts';
import { script, Workspace } from './support/workspace.ts';

describe('heddle get and heddle set between roles', () => {
  test('deliver every type of value as it was set, and read of an ended deployment what was published', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    await open();
    const up = await workspace.heddle('up');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(up.stdout + up.stderr).not.toContain('hunter22');
    for (const node of ['web-0', 'web-1']) {
      const received = await Promise.all(
        ['host', 'port', 'tags', 'note', 'note.json', 'secret'].map((name) => workspace.read(`${node}.${name}`)),
      );
      expect(received).toEqual([
        '10.0.0.5\n',
        '3306\n',
        '{"a":[1,null,true],"b":"x"}\n',
        'ä line\nanother "line"\n\n',
        '"ä line\\nanother \\"line\\"\\n"\n',
        'hunter22\n',
      ]);
    }
    expect(await workspace.read('peers.json')).toBe('["10.0.1.0","10.0.1.1"]\n');

    const get = async (...words: string[]) => (await workspace.heddle('get', ...words)).stdout;
    expect(
      await Promise.all([
        get('db.port'),
        get('db.tags.a[0]'),
        get('web[1].ip'),
        get('web-1.ip'),
        get('web[*].ip'),
        get('db.host', '-o', 'json'),
      ]),
    ).toEqual(['3306\n', '1\n', '10.0.1.1\n', '10.0.1.1\n', '["10.0.1.0","10.0.1.1"]\n', '"10.0.0.5"\n']);
  });

  test('say inside a role what the role does not declare', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: wrong
nodes:
  db:
    roles: [{ name: server, command: [./db.sh], outputs: { host: host, port: port } }]
  web:
    roles: [{ name: app, command: [./web.sh], after: [db.server], inputs: { db.host: "\${db.host}" } }]
`,
      'db.sh': script(
        'try() { name=$1; shift; set +e; "$@" > $name.out 2> $name.err; echo $? > $name.code; set -e; }',
        'try undeclared heddle set host=1 hsot=2',
        'try unread heddle get db.host',
        'try stale env HEDDLE_RUN=earlier heddle set host=1',
        'heddle set host=right port:=1',
      ),
      'web.sh': script('heddle get db.host > got'),
    });
    const up = await workspace.heddle('up');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const answer = async (name: string) =>
      Promise.all(['code', 'out', 'err'].map((ending) => workspace.read(`${name}.${ending}`)));
    expect(await answer('undeclared')).toEqual([
      '2\n',
      '',
      'heddle: [not-declared] role server of db declares no output hsot\n  try: its outputs are: host, port\n',
    ]);
    expect(await answer('unread')).toEqual([
      '2\n',
      '',
      'heddle: [not-declared] role server of db declares no input db.host\n  try: declare it under "inputs:" of the role, then run heddle up again\n',
    ]);
    expect(await answer('stale')).toEqual([
      '24\n',
      '',
      'heddle: [fenced] this process belongs to an earlier run of role server of db\n',
    ]);
    expect(await workspace.read('got')).toBe('right\n');
  });

  test('a value that will never come ends the wait with 21, or gives the default', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: never
nodes:
  db:
    roles: [{ name: server, command: [./db.sh], outputs: { host: host } }]
  web:
    roles: [{ name: app, command: [./web.sh], inputs: { db.host: "\${db.host}" } }]
`,
      'db.sh': script('exit 7'),
      'web.sh': script(
        'heddle get db.host --default 127.0.0.1 > default',
        'heddle get db.host && exit 1 || echo $? > code',
      ),
    });
    expect(await workspace.heddle('up')).toMatchObject({ exitCode: 21 });
    expect([await workspace.read('default'), await workspace.read('code')]).toEqual(['127.0.0.1\n', '21\n']);
  });
});

describe('heddle get outside a role', () => {
  test('names the producer of a value that is not there, and what it is doing; --wait waits for it', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'db.port')).toMatchObject({
      exitCode: 20,
      stdout: '',
      stderr: `heddle: [missing-value] db.port of deployment pair (epoch 1) is not there yet
  producer: db, role server: not started yet
  try: heddle status  shows what every role is doing
  try: heddle get db.port --wait  waits for it
`,
    });
    // A secret that is not there could not be revealed either.
    expect(await workspace.heddle('get', 'db.secret')).toMatchObject({
      exitCode: 20,
      stderr: expect.stringContaining('[missing-value] db.secret of deployment pair (epoch 1) is not there yet'),
    });
    expect(await workspace.heddle('get', 'db.secret', '--wait')).toMatchObject({ exitCode: 25 });
    const up = workspace.start(['up']);
    await up.line(/db server +published host/);
    const missing = await workspace.heddle('get', 'db.port');
    expect(missing).toMatchObject({
      exitCode: 20,
      stdout: '',
      stderr: expect.stringMatching(/\(epoch 2\) is not there yet\n {2}producer: db, role server: running, for \S+\n/),
    });
    expect(await workspace.heddle('get', 'db.port', '--default', '1')).toMatchObject({ exitCode: 0, stdout: '1\n' });
    expect(await workspace.heddle('get', 'db.port', '--wait', '--timeout', '300ms')).toMatchObject({
      exitCode: 20,
      stderr: expect.stringContaining(
        '[wait-timeout] heddle get waited 300ms for db.port of deployment pair (epoch 2)',
      ),
    });
    const waiting = [workspace.start(['get', 'db.port', '--wait']), workspace.start(['get', 'db.never', '--wait'])];
    await open();
    const [port, never] = await Promise.all(waiting.map((get) => get.end));
    expect(port).toMatchObject({ exitCode: 0, stdout: '3306\n' });
    expect(never).toMatchObject({
      exitCode: 21,
      stderr: expect.stringContaining(
        '[never-written] db.never of deployment pair (epoch 2) will never come: role server of db ended well without writing it',
      ),
    });
    expect(await up.end).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'db.port', '--epoch', '1')).toMatchObject({ exitCode: 20 });

    expect(await workspace.heddle('get', 'db.secret')).toMatchObject({
      exitCode: 25,
      stdout: '',
      stderr: expect.stringContaining('[denied] db.secret is sensitive, so it is not printed'),
    });
    expect(await workspace.heddle('get', 'db.secret', '--reveal')).toMatchObject({ exitCode: 0, stdout: 'hunter22\n' });
    expect(await workspace.heddle('get', 'db.tags.c')).toMatchObject({
      exitCode: 21,
      stderr: expect.stringContaining('[segment-missing] db.tags.c: db.tags has no .c: it is a map with a and b'),
    });
  });

  test('says what is wrong with the name', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const said = async (...words: string[]) => {
      const { exitCode, stderr } = await workspace.heddle('get', ...words);
      return [exitCode, stderr.split('\n')[0]];
    };
    expect(await said('web.ip')).toEqual([
      2,
      'heddle: [usage] web is a group of 2: write web[0] for one member, web[*] for all of them',
    ]);
    expect(await said('web[2].ip')).toEqual([
      2,
      'heddle: [not-found] web has no member 2: its members are web[0] to web[1]',
    ]);
    expect(await said('db[0].port')).toEqual([2, 'heddle: [usage] db is a single node: write db without [0]']);
    expect(await said('wbe[0].ip')).toEqual([
      2,
      'heddle: [not-found] the deployment has no node wbe; did you mean "web"?',
    ]);
    expect(await said('db.prot')).toEqual([
      2,
      'heddle: [not-declared] no role of db declares an output prot; did you mean "port"?',
    ]);
    expect(await said('db')).toEqual([2, 'heddle: [usage] "db" is no output: "db" names no output: write db.OUTPUT']);
    expect(await said('db.port', '--background')).toEqual([
      2,
      'heddle: [usage] --background belongs to a wait of a role, and this command runs outside one (HEDDLE_SOCKET is not set)',
    ]);
    expect(await said('db.port', '--epoch', '9')).toEqual([
      2,
      'heddle: [not-found] deployment pair has no epoch 9 in this store',
    ]);
    expect(await said('db.port', '--store', 'redis://h')).toEqual([
      2,
      'heddle: [unknown-store] no store answers to redis://h',
    ]);
  });

  test('a store that people call otherwise is told by its name', async () => {
    const workspace = await Workspace.forTest(pair);
    const { stderr } = await workspace.heddle('get', 'db.port', '--store', 'zookeeper://h');
    expect(stderr).toContain('[unknown-store] no store answers to zookeeper://h; did you mean zk://HOST:PORT?\n');
  });

  test('looking for a deployment that was never started makes no folder', async () => {
    const workspace = await Workspace.forTest(pair);
    expect(await workspace.heddle('get', 'db.port')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        `[not-found] deployment pair has no store yet: the folder ${workspace.path('.heddle/pair')} does not exist`,
      ),
    });
    await expect(workspace.read('.heddle')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
