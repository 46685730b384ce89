import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { readStatus, states } from './support/read-status.ts';

const files = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'attributes/default.rb': "default['db']['port'] = 1\ndefault['db']['name'] = 'orders'\n",
    'recipes/default.rb': [
      "run = File.read(node['run']).strip",
      "execute 'gate' do",
      '  command "read line < #{node[\'gate\']}"',
      'end',
      '',
      "ruby_block 'configure' do",
      '  block do',
      "    node.default['db']['port'] = 3300 + run.to_i",
      "    node.normal['db']['token'] = \"token of run #{run}\"",
      "    node.normal['db']['id'] = \"made in run #{run}\" if node['db']['id'].nil?",
      '  end',
      'end',
    ].join('\n'),
  }),
  'read.sh': script('value=$(heddle get value)', 'echo "$value" >> "$1.txt"'),
  'heddle.yaml': `
heddle: 1
deployment: defaults
params: { directory: "" }
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb, attributes: { gate: "\${params.directory}/gate", run: "\${params.directory}/run" } }
        outputs:
          port: db.port
          early_port: { path: db.port, publish: early }
          name: db.name
          token: db.token
          id: db.id
  port: { roles: [{ name: read, command: [./read.sh, port], inputs: { value: "\${db.port}" } }] }
  early: { roles: [{ name: read, command: [./read.sh, early], inputs: { value: "\${db.early_port}" } }] }
  name: { roles: [{ name: read, command: [./read.sh, name], inputs: { value: "\${db.name}" } }] }
  token: { roles: [{ name: read, command: [./read.sh, token], inputs: { value: "\${db.token}" } }] }
  id: { roles: [{ name: read, command: [./read.sh, id], inputs: { value: "\${db.id}" } }] }
`,
};

const readers = ['port', 'name', 'token', 'id'];

describe('a value that is only a default when the recipe starts', () => {
  it('is not read before the recipe has replaced it or ended, also if an earlier run saved it; publish: early shows it', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    for (const run of ['1', '2']) {
      await deployment.write('run', run);
      const up = deployment.start('up', '--set', `directory=${deployment.directory}`);
      await up.line(/early read +done/);
      for (const reader of readers) await up.line(new RegExp(`${reader} read +waits for db\\.${reader}`));
      expect(states(await readStatus(deployment))).toEqual({
        'db.mysql': 'running',
        'early.read': 'done',
        ...Object.fromEntries(readers.map((reader) => [`${reader}.read`, 'waiting'])),
      });
      await gate.open();
      const result = await up.end();
      expect(saidByRole(result.stderr)).toEqual(new Map());
      expect(result.exitCode).toBe(0);
    }
    // Whoever was shown the default runs again, when it has been replaced.
    expect(await deployment.read('early.txt')).toBe('1\n3301\n1\n3302\n');
    expect(await deployment.read('port.txt')).toBe('3301\n3302\n');
    expect(await deployment.read('name.txt')).toBe('orders\norders\n');
    expect(await deployment.read('token.txt')).toBe('token of run 1\ntoken of run 2\n');
    expect(await deployment.read('id.txt')).toBe('made in run 1\nmade in run 1\n');
    expect(await deployment.processes()).toEqual([]);
  });
});
