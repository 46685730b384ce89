import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

describe('a second heddle up in the same folder', () => {
  test('is refused, and leaves the first one as it is', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: once
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], outputs: { told: told } }]
`,
      'one.sh': script('echo it runs', 'read line < gate', 'heddle set told=first'),
    });
    const open = await workspace.gate('gate');
    const first = workspace.start(['up', '-v']);
    await first.line(/it runs/);

    const second = await workspace.heddle('up');
    expect(second.exitCode, second.stderr).toBe(2);
    expect(second.stderr).toBe(
      `heddle: [agent-busy] another heddle up runs deployment once in ${workspace.directory}\n  try: heddle retry NODE  lets it run again what did not end well\n  try: heddle status shows it; wait for it or end it\n`,
    );

    await open();
    const { exitCode, stderr } = await first.end;
    expect(exitCode, stderr).toBe(0);
    expect(await workspace.heddle('get', 'a.told')).toMatchObject({ stdout: 'first\n' });
    await open();
    expect(await workspace.heddle('up')).toMatchObject({ exitCode: 0 });
  });
});

describe('a sensitive value of a role', () => {
  test('stands neither in the output nor in the log of a later role of its node', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: hidden
nodes:
  a:
    roles:
      - { name: first, command: [./first.sh], outputs: { pw: { path: pw, sensitive: true } } }
      - { name: later, command: [./later.sh] }
`,
      'first.sh': script('echo hunter22 > pw.txt', 'heddle set pw=@pw.txt'),
      'later.sh': script('echo "the password is $(cat pw.txt)"'),
    });
    const { exitCode, stdout, stderr } = await workspace.heddle('up', '-v');
    expect(exitCode, stderr).toBe(0);
    expect(await workspace.read('.heddle/hidden/nodes/a/log/later.log')).toBe('the password is ********\n');
    expect(stdout + stderr).toContain('the password is ********');
    expect(stdout + stderr).not.toContain('hunter22');
  });
});

describe('a warning among the lines of a run', () => {
  test('is counted in the last line, and nothing is when there was none', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: unread
nodes:
  a:
    roles:
      - { name: one, command: [./one.sh], inputs: { colour: red } }
`,
      'one.sh': script('echo it reads nothing'),
    });
    const unread = await workspace.heddle('up');
    expect(unread.stderr).toContain('warning: ended well without reading its input colour');
    expect(unread.stdout).toMatch(/\nheddle: unread, epoch 1: the role ended well; 1 warning above\n$/);
    expect((await workspace.heddle('status')).stdout).toMatch(/^a +one +done .* did not read colour\n/m);
    const why = (await workspace.heddle('why', 'a')).stdout;
    expect(why).toMatch(/^a role one ended well .* ago without reading its input colour\n/);
    expect(why).not.toContain('nothing is wrong');
    await workspace.write('one.sh', script('heddle get colour'));
    expect((await workspace.heddle('up')).stdout).toMatch(/\nheddle: unread, epoch 2: the role ended well\n$/);
  });

  test('names in the error of a role that failed the input whose path is nearly what its value is called', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': `heddle: 1
deployment: slip
nodes:
  broker:
    roles:
      - { name: queue, command: [./queue.sh], outputs: { port: port } }
  worker:
    roles:
      - { name: app, command: [./app.sh], inputs: { broker.prot: "\${broker.port}" } }
`,
      'queue.sh': script('heddle set port:=5672'),
      'app.sh': script('heddle get broker.port'),
    });
    const { stderr } = await workspace.heddle('up');
    expect(stderr).toContain('\n  it had not read its input broker.prot (did you mean "broker.port"?)\n');
    expect(stderr).toContain(
      '\n  try: or correct the path of that input in the deployment file, then run heddle up: a changed file needs a new epoch\n',
    );
  });
});
