import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';
import { readStatus, states } from './support/read-status.ts';

const files = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'recipes/default.rb': [
      "execute 'import the data' do",
      '  command "read line < #{node[\'gate\']}"',
      'end',
      '',
      "ruby_block 'open the port' do",
      "  block { node.default['db']['port'] = 3307 }",
      'end',
    ].join('\n'),
  }),
  ...cookbook('web', {
    'attributes/default.rb': "default['db']['port'] = 1\n",
    'recipes/default.rb': [
      "File.open(node['gate'], &:gets)",
      'file "#{node[\'work\']}/port.txt" do',
      "  content lazy { \"#{node['db']['port']}\\n\" }",
      'end',
    ].join('\n'),
  }),
  'port.sh': script('port=$(heddle get db.port)', 'echo "$port" > "$1/port.txt"'),
  'heddle.yaml': `
heddle: 1
deployment: slow
deadline: 5m
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb, attributes: { gate: "\${params.gates}/db" } }
        outputs: { port: db.port }
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { gate: "\${params.gates}/web", work: "\${self.dir}" } }
        inputs: { db.port: { $value: "\${db.port}", deadline: 2s } }
  hasty:
    roles:
      - { name: fail, command: [./port.sh, "\${self.dir}"], inputs: { db.port: { $value: "\${db.port}", missing: fail } } }
  content:
    roles:
      - name: fallback
        command: [./port.sh, "\${self.dir}"]
        inputs: { db.port: { $value: "\${db.port}", deadline: 300ms, missing: default, default: 3306 } }
  patient:
    roles:
      - { name: wait, command: [./port.sh, "\${self.dir}"], inputs: { db.port: "\${db.port}" } }
params: { gates: "" }
`,
};

describe('a deadline that passes', () => {
  it('ends that wait alone, and says what was awaited, what its producer does, and what to do', async () => {
    const deployment = await Deployment.create(files);
    const gates = { db: await deployment.gate('db'), web: await deployment.gate('web') };
    const run = deployment.start('up', '--set', `gates=${deployment.directory}`);
    await eventually('the status shows what the producer does', async () => {
      const status = await readStatus(deployment).catch(() => undefined);
      return status?.roles.find(({ node }) => node === 'db')?.step === 'execute[import the data]';
    });
    await gates.web.open();
    await run.line(/web app +failed/);
    const during = states(await readStatus(deployment));
    await gates.db.open();
    const result = await run.end();

    const said = saidByRole(result.stderr);
    expect(said.get('web.app')).toEqual([
      [
        '[wait-timeout] web role app (web/recipes/default.rb:3) waited 2s for db.port (input db.port)',
        '  producer: db, role mysql: running execute[import the data], for T',
        '  try: heddle status  shows what every role is doing',
        '  try: wait until that is there, then run heddle retry web:app, or heddle up --resume once heddle up has ended',
        '  try: or give the input "db.port" a longer deadline in the deployment file (heddle.yaml:15), then run heddle up --resume',
      ].join('\n'),
    ]);
    expect(said.get('hasty.fail')?.map((text) => text.replace(/(role mysql): .*/, '$1'))).toEqual([
      [
        '[missing-value] hasty role fail (heddle.yaml:18) needs db.port (input db.port), which is not there, and may not wait for it',
        '  producer: db, role mysql',
        '  try: heddle status  shows what every role is doing',
        '  try: say "missing: wait" at the input "db.port" to wait for it, then run heddle up again',
      ].join('\n'),
    ]);
    expect([...said.keys()].sort()).toEqual(['hasty.fail', 'web.app']);
    expect(during).toEqual({
      'db.mysql': 'running',
      'web.app': 'failed',
      'hasty.fail': 'failed',
      'content.fallback': 'done',
      'patient.wait': 'waiting',
    });

    const nodes = join(deployment.directory, '.heddle/slow/nodes');
    expect(await exists(join(nodes, 'web/port.txt'))).toBe(false);
    expect(await exists(join(nodes, 'hasty/port.txt'))).toBe(false);
    expect(await deployment.read('.heddle/slow/nodes/content/port.txt')).toBe('3306\n');
    expect(await deployment.read('.heddle/slow/nodes/patient/port.txt')).toBe('3307\n');
    expect(result.exitCode).toBe(20);
    expect(await deployment.processes()).toEqual([]);
  });
});
