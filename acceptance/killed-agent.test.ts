import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { SeededEpoch } from './support/seeded.ts';

/** A node whose first role ends before its recipe waits; who gives what the recipe waits for; and who reads both roles. */
const files = {
  'solo.rb': soloRb,
  ...cookbook('web', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/gate.txt" do',
      "  content lazy { \"#{node['db']['gate']}\\n\" }",
      'end',
      '',
      "ruby_block 'started' do",
      "  block { node.default['web']['url'] = \"http://#{node['db']['gate']}/\" }",
      'end',
    ].join('\n'),
  }),
  'setup.sh': script('echo "set up" >> setup.txt', 'heddle set name=shop'),
  'db.sh': script('read word < gate', 'heddle set "gate=$word"'),
  'read.sh': script('name=$(heddle get web.name)', 'url=$(heddle get web.url)', 'echo "$name is at $url" >> read.txt'),
  'heddle.yaml': `
heddle: 1
deployment: restarted
nodes:
  web:
    roles:
      - { name: setup, command: [./setup.sh], outputs: { name: name } }
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.gate: "\${db.gate}" }
        outputs: { url: web.url }
  db:
    roles:
      - { name: mysql, command: [./db.sh], outputs: { gate: gate } }
  log:
    roles:
      - { name: note, command: [./read.sh], inputs: { web.name: "\${web.name}", web.url: "\${web.url}" } }
`,
};

describe('an agent that is killed while its recipe waits, and started again', () => {
  it('takes its roles up where they were: readers get the values, and each value is that of the new run', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const epoch = await SeededEpoch.start(deployment);
    const look = await epoch.look();
    const others = [epoch.agent('db'), epoch.agent('log')];
    const first = epoch.agent('web');
    await first.line(/web app +waits for db\.gate/);
    await others[1]?.line(/log note +waits for web\.url/);
    first.kill('SIGKILL');
    expect(await first.end()).toMatchObject({ signal: 'SIGKILL' });
    await eventually('its recipe has ended with it', async () =>
      (await deployment.processes()).every(({ command }) => !command.includes('chef-solo')),
    );
    expect(await look.value('web', 'name')).toMatchObject({ value: 'shop' });

    const second = epoch.agent('web');
    await second.line(/web app +waits for db\.gate/);
    expect(await look.incarnation('web')).toMatchObject({ incarnation: 2 });
    await gate.open('192.0.2.7');
    for (const run of [second, ...others]) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('read.txt')).toBe('shop is at http://192.0.2.7/\n');
    expect(await deployment.read('setup.txt')).toBe('set up\n');
    expect(await look.value('web', 'url')).toMatchObject({
      value: 'http://192.0.2.7/',
      producer: { node: 'web', role: 'app', incarnation: '2' },
    });
    expect(await epoch.states()).toEqual({
      'web.setup': 'done',
      'web.app': 'done',
      'db.mysql': 'done',
      'log.note': 'done',
    });
    expect(await deployment.processes()).toEqual([]);
  });
});

const writing = {
  'count.sh': script(
    'if [ -e began ]; then heddle set count:=0; heddle set total=again; exit 0; fi',
    'touch began',
    'i=0',
    'while :; do',
    '  i=$((i + 1))',
    '  curl --silent --fail --unix-socket "$HEDDLE_SOCKET" http://heddle/v1/roles/count/publish -d "{\\"outputs\\":{\\"count\\":{\\"value\\":$i}}}" > answer',
    '  echo "$i" > acknowledged.part',
    '  mv acknowledged.part acknowledged',
    'done',
  ),
  'read.sh': script(
    'total=$(heddle get writer.total)',
    'count=$(heddle get writer.count)',
    'echo "$total $count" >> read.txt',
  ),
  'heddle.yaml': `
heddle: 1
deployment: writing
nodes:
  writer:
    roles:
      - { name: count, command: [./count.sh], outputs: { count: count, total: total } }
  reader:
    roles:
      - { name: read, command: [./read.sh], inputs: { writer.total: "\${writer.total}", writer.count: "\${writer.count}" } }
`,
};

describe('an agent that is killed while its role writes', () => {
  it('loses no value that was acknowledged, and readers get what the next run writes', async () => {
    const deployment = await Deployment.create(writing);
    const epoch = await SeededEpoch.start(deployment);
    const look = await epoch.look();
    const reader = epoch.agent('reader');
    await reader.line(/reader read +waits for writer\.total/);
    const first = epoch.agent('writer');
    const acknowledged = async () => Number(await deployment.read('acknowledged').catch(() => '0'));
    await eventually('it writes', async () => (await acknowledged()) > 20);
    first.kill('SIGKILL');
    await first.end();
    await eventually('its role has ended with it', async () =>
      (await deployment.processes()).every(({ command }) => !command.includes('count.sh')),
    );
    const last = await acknowledged();
    const stored = await look.value('writer', 'count');
    expect(stored).toMatchObject({ producer: { incarnation: '1' } });
    expect([last, last + 1]).toContain(stored?.value);

    const second = epoch.agent('writer');
    for (const run of [second, reader]) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('read.txt')).toBe('again 0\n');
    expect(await look.value('writer', 'count')).toMatchObject({ value: 0, producer: { incarnation: '2' } });
    expect(await epoch.states()).toEqual({ 'writer.count': 'done', 'reader.read': 'done' });
    expect(await deployment.processes()).toEqual([]);
  });
});
