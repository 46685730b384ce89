import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, roleTools, script, soloRb } from './support/deployment.ts';

const chain = {
  'solo.rb': soloRb,
  ...roleTools,
  ...cookbook('db', {
    'recipes/default.rb': ["node.default['db']['name'] = 'orders'", "raise 'the disk is full'"].join('\n'),
  }),
  ...cookbook('web', {
    'recipes/default.rb': [
      "node.default['web']['name'] = \"shop on #{node['db']['name']}\"",
      '',
      "file \"#{node['work']}/before.txt\" do",
      '  content "written before the read\\n"',
      'end',
      '',
      "file \"#{node['work']}/after.txt\" do",
      "  content lazy { \"port is #{node['db']['port']}\\n\" }",
      'end',
      '',
      "node.default['web']['url'] = 'http://192.0.2.1/'",
    ].join('\n'),
  }),
  'balance.sh': script('url=$(bin/get web.url balance.sh:3)', 'echo "$url" > "$1/lb.txt"'),
  'name.sh': script('name=$(bin/get db.name)', 'echo "$name" > "$1/name.txt"'),
  'heddle.yaml': `
heddle: 1
deployment: chain
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb }
        outputs: { name: db.name, port: db.port }
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.name: "\${db.name}", db.port: "\${db.port}" }
        outputs: { name: web.name, url: web.url }
  lb:
    roles:
      - { name: balancer, command: [./balance.sh, "\${self.dir}"], inputs: { web.url: "\${web.url}" } }
  backup:
    roles:
      - { name: dump, command: [./name.sh, "\${self.dir}"], inputs: { db.name: "\${db.name}" } }
`,
};

describe('a recipe that raises', () => {
  it('ends the waits for what it did not write, names the first cause at the end of the chain, and harms nobody else', async () => {
    const deployment = await Deployment.create(chain);
    const result = await deployment.heddle('up');
    console.log(result.stdout, '\n======\n', result.stderr, result.exitCode);
    console.log(saidByRole(result.stderr));
    expect(await deployment.processes()).toEqual([]);
  });
});
