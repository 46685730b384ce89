import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { findAgent, signal } from './support/processes.ts';
import { readStatus, states } from './support/read-status.ts';

/** A recipe that starts a program in the background, publishes its name, then waits for a value; and who needs a value of it. */
const files = {
  'solo.rb': soloRb,
  ...cookbook('web', {
    'recipes/default.rb': [
      "execute 'sleep 600 &'",
      '',
      "ruby_block 'named' do",
      "  block { node.default['web']['name'] = 'shop' }",
      'end',
      '',
      'file "#{node[\'work\']}/gate.txt" do',
      "  content lazy { \"#{node['db']['gate']}\\n\" }",
      'end',
      '',
      "ruby_block 'started' do",
      "  block { node.default['web']['url'] = 'http://192.0.2.1/' }",
      'end',
    ].join('\n'),
  }),
  'db.sh': script('url=$(heddle get web.url)', 'heddle set gate=open'),
  'name.sh': script('name=$(heddle get web.name)', 'echo "$name" > "$1/name.txt"'),
  'heddle.yaml': `
heddle: 1
deployment: killed
nodes:
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.gate: "\${db.gate}" }
        outputs: { name: web.name, url: web.url }
  db:
    roles:
      - { name: mysql, command: [./db.sh], inputs: { web.url: "\${web.url}" }, outputs: { gate: gate } }
  log:
    roles:
      - { name: note, command: [./name.sh, "\${self.dir}"], inputs: { web.name: "\${web.name}" } }
`,
};

/** The promise is 5 s; the rest is for a busy machine. */
const stopTimeoutMs = 10_000;

async function startAndWait(deployment: Deployment) {
  const run = deployment.start('up');
  await run.line(/web app +waits for db.gate/);
  await run.line(/db mysql +waits for web.url/);
  await run.line(/log note +done/);
  return run;
}

describe('an agent that is killed while its recipe waits', () => {
  it('takes its whole run with it, and ends the waits for its node; what was published stays', async () => {
    const deployment = await Deployment.create(files);
    const run = await startAndWait(deployment);
    signal(await findAgent(deployment.directory, 'web'), 'SIGKILL');
    const result = await run.end();
    expect(await deployment.processes()).toEqual([]);

    const lost =
      'web role app is lost: its agent was ended by SIGKILL; last seen: waits (web/recipes/default.rb:8) for db.gate, for T';
    expect(saidByRole(result.stderr).get('web.app')).toEqual([
      `[producer-lost] ${lost}\n  try: heddle retry web:app, or heddle up --resume once heddle up has ended, runs it again`,
    ]);
    expect(saidByRole(result.stderr).get('db.mysql')).toEqual([
      [
        '[producer-lost] db role mysql (heddle.yaml:13) needs web.url (input web.url), which will never come: role app of web is gone: its node was lost',
        `  cause: ${lost}`,
        '  try: run heddle retry web:app, or heddle up --resume once heddle up has ended',
      ].join('\n'),
    ]);
    expect(result.exitCode).toBe(21);
    expect(await deployment.read('.heddle/killed/nodes/log/name.txt')).toBe('shop\n');
    expect(states(await readStatus(deployment))).toEqual({
      'web.app': 'lost',
      'db.mysql': 'failed',
      'log.note': 'done',
    });
    expect((await deployment.heddle('get', 'web.name')).stdout).toBe('shop');
    expect(await deployment.processes()).toEqual([]);
  });
});

describe('a heddle up that is killed', () => {
  it('leaves no process behind, and a state that tells how far it came', async () => {
    const deployment = await Deployment.create(files);
    const run = await startAndWait(deployment);
    run.kill('SIGKILL');
    await run.end();
    await eventually(
      'every process of the deployment has ended',
      async () => (await deployment.processes()).length === 0,
    );
    expect(states(await readStatus(deployment))).toEqual({
      'web.app': 'aborted',
      'db.mysql': 'aborted',
      'log.note': 'done',
    });
    expect((await deployment.heddle('get', 'web.name')).stdout).toBe('shop');
  });

  it('is what status and why name, with what was waited for, and all that they offer is to resume', async () => {
    const deployment = await Deployment.create(epochs);
    const gate = await deployment.gate('write-gate');
    const run = deployment.start('up');
    await run.line(/reader read +waits for writer\.word/);
    run.kill('SIGKILL');
    await run.end();
    await eventually('its agents have ended', async () => (await deployment.processes()).length === 0);

    const status = await deployment.heddle('status');
    expect(status.stdout).toMatch(/^reader +read +aborted .* reader was interrupted: heddle up has ended$/m);
    const why = await deployment.heddle('why', 'reader');
    // A store that is not the folder's own is named first.
    const told = why.stdout.replace(/^store .*\n/, '').replace(/\d+(\.\d+)?m?s\b/g, 'T');
    expect(told.split('\n')).toEqual([
      'reader role read was interrupted T ago',
      '     [interrupted] reader was interrupted: heddle up has ended',
      expect.stringMatching(
        /^ {5}reader role read \(heddle\.yaml:10\) (?:needs|waited T for) writer\.word \(input writer\.word\)$/,
      ),
      '',
      'root cause: reader role read was interrupted',
      '  try: heddle up --resume  runs it again',
    ]);
    const retried = await deployment.heddle('retry', 'reader:read');
    expect(retried).toMatchObject({
      exitCode: 24,
      stderr: [
        'heddle: [agent-gone] nobody runs node reader any more: its agent has ended, and no heddle up is there to start another',
        '  try: heddle up --resume  runs it again',
      ].join('\n'),
    });

    const resumed = deployment.start('up', '--resume');
    await resumed.line(/reader read +waits for writer\.word/);
    await gate.open('new');
    await gate.open();
    expect(await resumed.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('words.txt')).toBe('new\n');
  });
});

const epochs = {
  'write.sh': script('read word < write-gate', 'heddle set "word=$word"', 'read line < write-gate'),
  'read.sh': script('word=$(heddle get writer.word)', 'echo "$word" >> words.txt'),
  'heddle.yaml': `
heddle: 1
deployment: epochs
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh], outputs: { word: word } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.word: "\${writer.word}" } }
`,
};

describe('Ctrl-C', () => {
  it('ends every child, and a value of that epoch is not read in the next one', async () => {
    const deployment = await Deployment.create(epochs);
    const gate = await deployment.gate('write-gate');
    const first = deployment.start('up');
    await gate.open('old');
    await first.line(/reader read +done/);
    first.kill('SIGINT');
    const interrupted = await first.end(stopTimeoutMs);
    expect(await deployment.processes()).toEqual([]);
    expect(saidByRole(interrupted.stderr).get('writer.write')).toEqual([
      '[interrupted] writer was interrupted by SIGINT',
    ]);
    expect(interrupted.exitCode).toBe(130);
    expect(states(await readStatus(deployment))).toEqual({ 'writer.write': 'aborted', 'reader.read': 'done' });

    const second = deployment.start('up');
    await second.line(/reader read +waits for writer\.word/);
    await gate.open('new');
    await gate.open();
    const result = await second.end();
    expect(result.stdout).toContain('heddle: epochs, epoch 2: all 2 roles ended well');
    expect(await deployment.read('words.txt')).toBe('old\nnew\n');
    expect(result.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
  });

  it('ends a recipe that waits and what it started, even if it does not heed the signal', async () => {
    const deployment = await Deployment.create({
      ...files,
      'db.sh': script('trap "" TERM INT', 'url=$(heddle get web.url) || true', 'read line < stuck'),
    });
    await deployment.gate('stuck');
    const run = await startAndWait(deployment);
    run.kill('SIGINT');
    const result = await run.end(stopTimeoutMs);
    expect(await deployment.processes()).toEqual([]);
    const said = (role: string) =>
      saidByRole(result.stderr)
        .get(role)
        ?.map((text) => text.replace(/waited \S+ for/, 'needs'));
    expect(said('web.app')).toEqual([
      '[interrupted] web was interrupted by SIGINT\n  web role app (web/recipes/default.rb:8) needs db.gate (input db.gate)',
    ]);
    expect(said('db.mysql')).toEqual([
      '[interrupted] db was interrupted by SIGINT\n  db role mysql (heddle.yaml:13) needs web.url (input web.url)',
    ]);
    expect(result.exitCode).toBe(130);
    expect(states(await readStatus(deployment))).toEqual({
      'web.app': 'aborted',
      'db.mysql': 'aborted',
      'log.note': 'done',
    });
  });
});

const onMachines = {
  'wait.sh': script('sleep 600 &', 'hostname > "$1/hostname"', 'heddle get other.word'),
  'other.sh': script('read line < gate', 'heddle set word=hello'),
  'heddle.yaml': `
heddle: 1
deployment: machines
nodes:
  waiting:
    roles:
      - { name: wait, command: [./wait.sh, "\${self.dir}"], inputs: { other.word: "\${other.word}" } }
  other:
    roles:
      - { name: write, command: [./other.sh], outputs: { word: word } }
`,
};

describe('machines', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)('end with all their processes when heddle up gets %s', async (name) => {
    const deployment = await Deployment.create(onMachines);
    await deployment.gate('gate');
    const run = deployment.start('up', '--isolate', 'machine');
    await run.line(/waiting wait +waits for other\.word/);
    expect(await deployment.read('.heddle/machines/nodes/waiting/hostname')).toBe('waiting\n');
    run.kill(name);
    const { exitCode, signal: endedBy } = await run.end(stopTimeoutMs);
    expect({ exitCode, endedBy }).toEqual(
      name === 'SIGINT' ? { exitCode: 130, endedBy: undefined } : { exitCode: undefined, endedBy: 'SIGKILL' },
    );
    if (name === 'SIGKILL') {
      await eventually(
        'every process of the machines has ended',
        async () => (await deployment.processes()).length === 0,
      );
    }
    expect(await deployment.processes()).toEqual([]);
  });
});
