import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { exists } from './support/exists.ts';

const chain = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'recipes/default.rb': [
      "node.default['db']['name'] = 'orders'",
      '',
      "ruby_block 'format' do",
      "  block { raise 'the disk is full' }",
      'end',
    ].join('\n'),
  }),
  ...cookbook('web', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/before.txt" do',
      "  content \"the database is #{node['db']['name']}\\n\"",
      'end',
      '',
      'file "#{node[\'work\']}/after.txt" do',
      "  content lazy { \"port is #{node['db']['port']}\\n\" }",
      'end',
      '',
      "ruby_block 'started' do",
      "  block { node.default['web']['url'] = 'http://192.0.2.1/' }",
      'end',
    ].join('\n'),
  }),
  'balance.sh': script('url=$(heddle get web.url)', 'echo "$url" > "$1/lb.txt"'),
  'dump.sh': script('name=$(heddle get db.name)', 'echo "dump of $name" > "$1/dump.txt"'),
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
        outputs: { url: web.url }
  lb:
    roles:
      - { name: balancer, command: [./balance.sh, "\${self.dir}"], inputs: { web.url: "\${web.url}" } }
  backup:
    roles:
      - { name: dump, command: [./dump.sh, "\${self.dir}"], inputs: { db.name: "\${db.name}" } }
`,
};

describe('a recipe that raises', () => {
  it('ends the waits for what it did not write, is named as the first cause down the chain, and harms nobody else', async () => {
    const deployment = await Deployment.create(chain);
    const result = await deployment.heddle('up');
    const nodes = join(deployment.directory, '.heddle/chain/nodes');
    const raised =
      'db role mysql (db/recipes/default.rb:4) failed: ruby_block[format] (db::default line 3) had an error: RuntimeError: the disk is full';
    const starved =
      'web role app (web/recipes/default.rb:6) needs db.port (input db.port), which will never come: role mysql of db failed (exit code 1)';

    const said = saidByRole(result.stderr);
    expect(said.get('db.mysql')?.join('\n')).toBe(
      `[role-failed] ${raised}\n  try: read ${nodes}/db/log/mysql.log, repair it, then run heddle retry db:mysql, or heddle up --resume once heddle up has ended`,
    );
    expect(said.get('web.app')?.join('\n')).toBe(
      `[producer-failed] ${starved}\n  cause: ${raised}\n  try: repair role mysql of db, then run heddle retry db:mysql, or heddle up --resume once heddle up has ended`,
    );
    expect(said.get('lb.balancer')?.join('\n')).toBe(
      [
        '[producer-failed] lb role balancer (heddle.yaml:18) needs web.url (input web.url), which will never come: role app of web failed (exit code 1)',
        `  cause: ${starved}`,
        `  first cause: ${raised}`,
        '  try: repair role mysql of db, then run heddle retry db:mysql, or heddle up --resume once heddle up has ended',
      ].join('\n'),
    );
    expect(result.stderr).toMatch(/lb role balancer .* role app of web failed \(exit code 1\), after \d/);
    expect([...said.keys()].sort()).toEqual(['db.mysql', 'lb.balancer', 'web.app']);

    expect(await deployment.read('.heddle/chain/nodes/web/before.txt')).toBe('the database is orders\n');
    expect(await exists(join(nodes, 'web/after.txt'))).toBe(false);
    expect(await exists(join(nodes, 'lb/lb.txt'))).toBe(false);
    expect(await deployment.read('.heddle/chain/nodes/backup/dump.txt')).toBe('dump of orders\n');
    expect(result.stdout).toContain('heddle: chain, epoch 1: 1 of 4 roles ended well');
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });
});

const reader = (read: string) => ({
  'attributes/default.rb': "default['db']['port'] = 1\n",
  'recipes/default.rb': read,
});

const hidden = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'recipes/default.rb': "node.default['db']['name'] = 'orders'\n",
  }),
  ...cookbook(
    'modifier',
    reader(
      [
        "port = node['db']['port'] rescue 3306",
        'file "#{node[\'work\']}/out.txt" do',
        '  content "#{port}\\n"',
        'end',
      ].join('\n'),
    ),
  ),
  ...cookbook('ignored', {
    ...reader(
      [
        'template "#{node[\'work\']}/out.txt" do',
        "  source 'out.erb'",
        '  ignore_failure true',
        'end',
        '',
        'file "#{node[\'work\']}/next.txt" do',
        "  content 'written after the failed template'",
        'end',
      ].join('\n'),
    ),
    'templates/out.erb': "<% port = begin; node['db']['port']; rescue StandardError; 3306; end %>\nport <%= port %>\n",
  }),
  'heddle.yaml': `
heddle: 1
deployment: hidden
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb }
        outputs: { port: db.port }
  modifier:
    roles:
      - name: app
        chef: { run_list: ["recipe[modifier]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.port: "\${db.port}" }
  ignored:
    roles:
      - name: app
        chef: { run_list: ["recipe[ignored]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.port: "\${db.port}" }
`,
};

describe('a producer that ends well without writing', () => {
  it('ends its readers’ waits, and neither rescue, ignore_failure nor a template turns that into a value', async () => {
    const deployment = await Deployment.create(hidden);
    const result = await deployment.heddle('up');
    const never = (reader: string, place: string) =>
      [
        `[never-written] ${reader} role app (${place}) needs db.port (input db.port), which will never come: role mysql of db ended well without writing db.port`,
        '  what a run skips as unchanged writes nothing',
        '  try: let role mysql of db write the attribute, or correct the path of the output in the deployment file; then run heddle up again',
      ].join('\n');

    const errors = saidByRole(result.stderr);
    expect(errors.get('modifier.app')).toEqual([never('modifier', 'modifier/recipes/default.rb:1')]);
    expect(errors.get('ignored.app')).toEqual([never('ignored', 'ignored/templates/out.erb:1')]);
    expect(errors.get('db.mysql')).toEqual(['warning: ended well without writing port: whoever reads it will fail']);
    expect([...errors.keys()].sort()).toEqual(['db.mysql', 'ignored.app', 'modifier.app']);
    expect(saidByRole(result.stdout).get('db.mysql')).toEqual(['running', 'done after T']);

    for (const file of ['modifier/out.txt', 'ignored/out.txt', 'ignored/next.txt']) {
      expect(await exists(join(deployment.directory, '.heddle/hidden/nodes', file)), file).toBe(false);
    }
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });
});

const several = (...roles: readonly string[]) => ({
  'fails.sh': script('echo "no space left" >&2', 'exit 7'),
  'late.sh': script('heddle get slow.word'),
  'own.sh': script('heddle get own.word'),
  'gated.sh': script('read line < gate'),
  'heddle.yaml': ['heddle: 1', 'deployment: several', 'nodes:', ...roles].join('\n'),
});
const fails = '  bad: { roles: [{ name: fail, command: [./fails.sh] }] }';
const late = [
  '  slow: { roles: [{ name: gated, command: [./gated.sh], outputs: { word: word } }] }',
  '  late: { roles: [{ name: wait, command: [./late.sh], inputs: { slow.word: { $value: "${slow.word}", deadline: 500ms } } }] }',
];
const own =
  '  own: { roles: [{ name: self, command: [./own.sh], inputs: { own.word: "${own.word}" }, outputs: { word: word } }] }';

describe('the exit code of heddle up when several roles fail', () => {
  it('is that of a failed role before that of a wait that timed out', async () => {
    const deployment = await Deployment.create(several(fails, ...late));
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/late wait +failed/);
    await gate.open();
    const result = await run.end();
    const nodes = join(deployment.directory, '.heddle/several/nodes');
    expect(saidByRole(result.stderr).get('bad.fail')).toEqual([
      [
        '[role-failed] bad role fail failed: exit code 7',
        '  last output:',
        '  no space left',
        `  try: read ${nodes}/bad/log/fail.log, repair it, then run heddle retry bad:fail, or heddle up --resume once heddle up has ended`,
      ].join('\n'),
    ]);
    expect(saidByRole(result.stderr).get('late.wait')?.[0]).toMatch(
      /^\[wait-timeout\] late role wait \(heddle\.yaml:6\) waited 500ms for slow\.word/,
    );
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });

  it('is that of a deadlock before that of a failed role', async () => {
    const deployment = await Deployment.create(several(fails, own));
    const result = await deployment.heddle('up');
    expect(saidByRole(result.stderr).get('own.self')).toEqual([
      [
        '[deadlock] own role self reads its own output word (input own.word) before it has written it: nobody else will',
        '  try: write word first, or read it from another role',
      ].join('\n'),
    ]);
    expect(result.exitCode).toBe(22);
    expect(await deployment.processes()).toEqual([]);
  });
});
