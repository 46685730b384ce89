import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const deployment: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: shop
nodes:
  db:
    roles:
      - { name: disk, command: [./disk.sh], outputs: { mount: mount } }
      - { name: mysql, command: [./mysql.sh], inputs: { mount: "\${db.mount}" }, outputs: { port: port } }
  web:
    count: 2
    roles:
      - { name: app, command: [./app.sh], inputs: { db.port: "\${db.port}" } }
`,
  'disk.sh': script('read line < gate', 'echo no space left >&2', 'exit 3'),
  'mysql.sh': script('heddle get mount', 'heddle set port:=3306'),
  'app.sh': script('heddle get db.port'),
};

describe('heddle why', () => {
  test('leads from a wait over a role that has not started to the one that runs, then to the first cause', async () => {
    const workspace = await Workspace.forTest(deployment);
    const open = await workspace.gate('gate');
    const up = workspace.start(['up']);
    await up.line(/web-1 app +waits for db\.port/);
    const waiting = await workspace.heddle('why', 'web[1]');
    expect(waiting).toMatchObject({ exitCode: 0, stderr: '' });
    const [app, mysql, disk, , root, next] = waiting.stdout.split('\n');
    expect(app).toMatch(/^web-1 role app waits for db\.port \(input db\.port\), for \d.*, 9m \d+s left$/);
    expect(mysql).toBe(
      '  -> db role mysql, which is to write db.port, has not started: db.disk of its node comes before it',
    );
    expect(disk).toMatch(/^ {4}-> db role disk runs, for \d/);
    expect(root).toBe('all wait for db role disk, which runs');
    expect(next).toBe('  try: heddle wait --for=role=db.disk:done  ends when it has ended');

    await open();
    await up.end;
    const failed = await workspace.heddle('why', 'web-1:db.port');
    expect(failed.stdout.replace(/ [\d.]+m?s ago/g, ' ago').split('\n')).toEqual([
      'web-1 role app failed ago',
      expect.stringMatching(
        /^ {5}\[producer-failed\] web-1 role app .* needs db\.port .* which will never come: role mysql of db failed/,
      ),
      '  -> db role mysql, which is to write db.port, failed ago',
      expect.stringMatching(
        /^ {7}\[producer-failed\] db role mysql .* needs db\.mount .*: role disk of db failed \(exit code 3\)/,
      ),
      '    -> db role disk, which is to write db.mount, failed (exit code 3) ago',
      '         [role-failed] db role disk failed: exit code 3',
      '         last output:',
      '           no space left',
      '',
      'root cause: db role disk failed',
      `  try: read ${join(workspace.directory, '.heddle/shop/nodes/db/log/disk.log')}, repair it`,
      '  try: heddle up --resume  runs it again, once it is repaired',
      '',
    ]);
    const { stdout } = await workspace.heddle('why', 'db', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      deployment: 'shop',
      target: 'db',
      links: [{ node: 'db', role: 'disk', state: 'failed', exitCode: 3, tail: 'no space left' }],
      root: { kind: 'failed', node: 'db', role: 'disk' },
      next: [expect.stringMatching(/^read .*, repair it$/), expect.stringMatching(/^heddle up --resume/)],
    });
  });

  test('names the command that starts the agent of a node that nobody runs, and that command helps', async () => {
    const workspace = await Workspace.forTest({ ...deployment, 'disk.sh': script('heddle set mount=/srv') });
    await workspace.heddle('seed', 'heddle.yaml');
    const agentOf = async (node: string) => {
      const { stdout } = await workspace.heddle('why', node, '-o', 'json');
      const { root, next } = JSON.parse(stdout) as { root: { kind: string; node: string }; next: string[] };
      const [words = ''] = next[0]?.split('  ') ?? [];
      return { root, words: words.split(' ').slice(1) };
    };
    const web = await agentOf('web-0');
    expect(web.root).toMatchObject({ kind: 'no-agent', node: 'web-0' });
    const agent = workspace.start(web.words);
    await agent.line(/app +waits for db\.port/);
    const db = await agentOf('web-0');
    expect(db.root).toMatchObject({ kind: 'no-agent', node: 'db' });
    expect(await workspace.heddle(...db.words)).toMatchObject({ exitCode: 0 });
    expect(await agent.end).toMatchObject({ exitCode: 0 });
    expect((await workspace.heddle('why', 'web-0')).stdout).toContain(
      'nothing is wrong: web-0 role app has ended well\n',
    );
  });

  test('an unknown node ends with 2 and what there is, a store that does not answer with 24', async () => {
    const workspace = await Workspace.forTest(deployment);
    await workspace.heddle('seed', 'heddle.yaml');
    expect(await workspace.heddle('why', 'dbb')).toMatchObject({
      exitCode: 2,
      stderr:
        'heddle: [not-found] deployment shop has no node dbb; did you mean "db"?\n  try: heddle status  lists the nodes and their roles\n',
    });
    const down = await workspace.heddle('why', 'db', '--store', 'heddle://127.0.0.1:9', '--deployment', 'shop');
    expect(down).toMatchObject({ exitCode: 24, stdout: '' });
    expect(down.stderr).toMatch(/^heddle: \[unavailable\] the store heddle:\/\/127\.0\.0\.1:9 did not answer/);
  });
});
