import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';
import { readStatus, states } from './support/read-status.ts';

const files = {
  'solo.rb': soloRb,
  ...cookbook('web', {
    'attributes/default.rb': "default['db']['port'] = 1\ndefault['db']['name'] = 'orders'\n",
    'recipes/default.rb': [
      "db = node['db']",
      'file "#{node[\'work\']}/before.txt" do',
      "  content \"#{db['name']} #{db.key?('port')} #{db.key?('host')} #{db.keys.sort.join(',')} #{node['db'].size}\\n\"",
      'end',
      '',
      'file "#{node[\'work\']}/after.txt" do',
      "  content lazy { \"#{node['db']['port'] + 1}\\n\" }",
      'end',
    ].join('\n'),
  }),
  'db.sh': script('read line < gate', 'heddle set port:=3307'),
  'heddle.yaml': `
heddle: 1
deployment: waits
nodes:
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.port: "\${db.port}" }
  db:
    roles:
      - { name: mysql, command: [./db.sh], outputs: { port: port } }
`,
};

describe('a recipe that reads a value which does not exist yet', () => {
  it('writes everything before the read, reads the values beside it, and waits only there', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    const work = join(deployment.directory, '.heddle/waits/nodes/web');
    await run.line(/web app +waits for db\.port \(web\/recipes\/default\.rb:7\)/);
    await eventually('the file before the read is written', () => exists(join(work, 'before.txt')));
    expect(await deployment.read('.heddle/waits/nodes/web/before.txt')).toBe('orders true false name,port 2\n');
    expect(await exists(join(work, 'after.txt'))).toBe(false);
    expect(states(await readStatus(deployment))).toEqual({ 'web.app': 'waiting', 'db.mysql': 'running' });

    await gate.open();
    const result = await run.end();
    expect(await deployment.read('.heddle/waits/nodes/web/after.txt')).toBe('3308\n');
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
  });
});
