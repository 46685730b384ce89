import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';

const files = {
  'solo.rb': `${soloRb}role_path File.expand_path('roles', __dir__)\n`,
  'roles/web.json': JSON.stringify({
    name: 'web',
    chef_type: 'role',
    json_class: 'Chef::Role',
    run_list: ['recipe[app]'],
    default_attributes: { app: { weight: 10 } },
  }),
  ...cookbook('app', {
    'recipes/default.rb': [
      "File.open(node['top'] + '/gate', &:gets) if node.name == 'web-1'",
      "node.default['app']['port'] = 8000 + node['index']",
      "ruby_block 'warm up' do",
      "  block { node.default['app']['warm'] = node.name == 'web-0' || File.open(node['top'] + '/later', &:gets) }",
      'end',
    ].join('\n'),
  }),
  ...cookbook('haproxy', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/haproxy.cfg" do',
      "  webs = search(:node, 'role:web AND chef_environment:_default')",
      "  content webs.map { |web| \"server #{web.name} #{web['hostname']}:#{web['app']['port']} weight #{web['app']['weight']}\\n\" }.join",
      'end',
      '',
      'file "#{node[\'work\']}/stores.cfg" do',
      "  stores = search(:node, 'db_version:8*', filter_result: { 'name' => ['name'], 'version' => %w[db version] })",
      "  content stores.map { |store| \"#{store['name']} #{store['version']}\\n\" }.join",
      'end',
    ].join('\n'),
  }),
  'db.sh': script('heddle set version=8.0.39'),
  'heddle.yaml': `
heddle: 1
deployment: balanced
nodes:
  lb:
    roles:
      - name: haproxy
        chef: { run_list: ["recipe[haproxy]"], config: solo.rb, search: true, attributes: { work: "\${self.dir}" } }
  web:
    count: 2
    roles:
      - name: app
        chef: { run_list: ["role[web]"], config: solo.rb, attributes: { index: "\${self.index}", top: "\${self.dir}/../../../.." } }
        outputs: { port: app.port, warm: app.warm }
  db:
    roles:
      - { name: store, command: [./db.sh], outputs: { version: db.version } }
`,
};

const here = hostname().split('.')[0];

describe('a haproxy recipe that searches for its backends', () => {
  it('writes all of them, waits for the slowest, and not for what it does not use', async () => {
    const deployment = await Deployment.create(files);
    const [gate, later] = [await deployment.gate('gate'), await deployment.gate('later')];
    const run = deployment.start('up');
    await run.line(/lb haproxy +waits for web-1\.port \(haproxy\/recipes\/default\.rb:3\)/);
    await gate.open();
    await run.line(/lb haproxy +done/);
    const read = (name: string) => deployment.read(join('.heddle/balanced/nodes/lb', name));
    expect(await read('haproxy.cfg')).toBe(
      `server web-0 ${here}:8000 weight 10\nserver web-1 ${here}:8001 weight 10\n`,
    );
    expect(await read('stores.cfg')).toBe('db 8.0.39\n');
    await later.open();
    const result = await run.end();
    expect(result.stdout).toContain('heddle: balanced, epoch 1: all 4 roles ended well');
    expect(result.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
  });

  it('fails with the cause when one of them fails before it has written what is used', async () => {
    const deployment = await Deployment.create({
      ...files,
      'cookbooks/app/recipes/default.rb':
        "raise 'the disk is full' if node.name == 'web-1'\nnode.default['app']['port'] = 8000\n",
    });
    const result = await deployment.heddle('up');
    expect(saidByRole(result.stderr).get('lb.haproxy')?.join('\n')).toContain(
      [
        '[producer-failed] lb role haproxy (haproxy/recipes/default.rb:3) needs web-1.port, which will never come: role app of web-1 failed (exit code 1)',
        '  cause: web-1 role app (app/recipes/default.rb:1) failed:',
      ].join('\n'),
    );
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });

  it('says of an attribute that nobody declares which is meant, where it is read, and what to type once it is declared', async () => {
    const outputs = (...words: readonly string[]) =>
      [
        'heddle: 1',
        'deployment: meant',
        'nodes:',
        `  feed: { roles: [{ name: feed, chef: { run_list: ["recipe[feed]"], config: solo.rb }, outputs: { ${words.join(', ')} } }] }`,
        '  front: { roles: [{ name: front, chef: { run_list: ["recipe[front]"], config: solo.rb, search: true } }] }',
        '',
      ].join('\n');
    const deployment = await Deployment.create({
      'solo.rb': soloRb,
      ...cookbook('feed', {
        'recipes/default.rb': "node.default['feed']['port'] = 80\nnode.default['feed']['prt'] = 8080\n",
      }),
      ...cookbook('front', {
        'recipes/default.rb': [
          "feed = search(:node, 'name:feed').first",
          "log 'the port' do",
          "  message lazy { \"port #{feed['feed']['prt']}\" }",
          'end',
          '',
        ].join('\n'),
      }),
      'heddle.yaml': outputs('port: feed.port'),
    });
    const failed = await deployment.heddle('up');
    expect(failed.exitCode, failed.stderr).toBe(21);
    const said = saidByRole(failed.stderr).get('front.front')?.join('\n').split('\n') ?? [];
    const place = '(front/recipes/default.rb:3)';
    expect(said.slice(0, 3)).toEqual([
      `[role-failed] front role front ${place} failed: [not-declared] the attribute feed.prt of feed is no declared output, and the plan does not have it; did you mean "feed.port"? ${place}`,
      '  try: declare it under "outputs:" of a role of feed, for example prt: feed.prt; then run heddle up again',
      `  try: read ${join(deployment.directory, '.heddle/meant/nodes/front/log/front.log')}, repair it, then run heddle retry front:front, or heddle up --resume once heddle up has ended`,
    ]);
    await deployment.write('heddle.yaml', outputs('port: feed.port', 'prt: feed.prt'));
    const helped = await deployment.heddle('up');
    expect(helped.exitCode, helped.stderr).toBe(0);
  });

  it('is part of a deadlock when each searches before it writes', async () => {
    const roles = ['a', 'b'].map(
      (name) =>
        `  ${name}: { roles: [{ name: app, chef: { run_list: ["recipe[${name}]"], config: solo.rb, search: true }, outputs: { port: app.port } }] }`,
    );
    const deployment = await Deployment.create({
      'solo.rb': soloRb,
      ...cookbook('a', { 'recipes/default.rb': recipeOfCircle('b') }),
      ...cookbook('b', { 'recipes/default.rb': recipeOfCircle('a') }),
      'heddle.yaml': ['heddle: 1', 'deployment: circle', 'deadline: 60s', 'nodes:', ...roles, ''].join('\n'),
    });
    const result = await deployment.heddle('up');
    expect(result.stderr).toMatch(/a role app \(a\/recipes\/default\.rb:1\) waits for b\.port from role app of b/);
    expect(result.stderr).toMatch(/b role app \(b\/recipes\/default\.rb:1\) waits for a\.port from role app of a/);
    expect(result.exitCode).toBe(22);
    expect(await deployment.processes()).toEqual([]);
  });
});

/** Reads the other's port before it writes its own. */
function recipeOfCircle(other: string): string {
  return `port = search(:node, 'name:${other}').first['app']['port']\nnode.default['app']['port'] = port + 1\n`;
}
