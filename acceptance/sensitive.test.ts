import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb, testStore } from './support/deployment.ts';

/** The files of the store itself, mode 0600: only the embedded one has any in the folder. */
const storeFiles = testStore === undefined ? ['log'] : [];

/** No file of the deployment holds it: the recipe puts it together. */
const canary = 'canary-7Tq"x9-bird';
const inTwoParts = "['canary-7Tq\"x9', 'bird'].join('-')";

const files = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'recipes/default.rb': [
      `node.default['db']['password'] = ${inTwoParts}`,
      '',
      'file "#{node[\'work\']}/own.txt" do',
      "  content node['db']['password']",
      '  sensitive true',
      'end',
      '',
      "ruby_block 'careless' do",
      "  block { puts \"the password is #{node['db']['password']}\" }",
      'end',
    ].join('\n'),
  }),
  ...cookbook('web', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/url.txt" do',
      "  content \"#{node['db']['url']}\\n\"",
      '  sensitive true',
      'end',
      '',
      "ruby_block 'careless' do",
      "  block { puts \"JSON is #{{ password: node['db']['password'] }.to_json}\" }",
      'end',
      '',
      "log \"using #{node['db']['password']}\"",
      '',
      "ruby_block 'log in' do",
      "  block { raise \"cannot log in at #{node['db']['url']}\" }",
      'end',
    ].join('\n'),
  }),
  'leak.sh': script('password=$(heddle get db.password)', 'echo "out $password"', 'echo "err $password" >&2', 'exit 3'),
  'heddle.yaml': `
heddle: 1
deployment: secret
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        outputs: { password: { path: db.password, sensitive: true } }
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.password: "\${db.password}", db.url: "mysql://root:\${db.password}@192.0.2.1/" }
  cron:
    roles:
      - { name: leak, command: [./leak.sh], inputs: { db.password: "\${db.password}" } }
`,
};

/** A role as cookbooks have been written for fifteen years: a password that is made once. */
const keeping = {
  'solo.rb': soloRb,
  ...cookbook('db', {
    'recipes/default.rb': [
      "node.normal_unless['db']['password'] = ['canary', rand(1_000_000_000_000), 'bird'].join('-')",
      'file "#{node[\'work\']}/used.txt" do',
      "  content node['db']['password']",
      '  sensitive true',
      '  backup false',
      'end',
    ].join('\n'),
  }),
  ...cookbook('web', {
    'recipes/default.rb': [
      'file "#{node[\'work\']}/used.txt" do',
      "  content node['db']['password']",
      '  sensitive true',
      '  backup false',
      'end',
    ].join('\n'),
  }),
  'heddle.yaml': `
heddle: 1
deployment: keeping
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["recipe[db]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        outputs: { password: { path: db.password, sensitive: true } }
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.password: "\${db.password}" }
`,
};

/** Files below a folder in which a text stands, plain or as JSON writes it. */
async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    if (!(await lstat(path)).isFile()) continue;
    const content = await readFile(path);
    if (content.includes(text) || content.includes(JSON.stringify(text).slice(1, -1)))
      found.push(relative(directory, path));
  }
  return found.sort();
}

describe('a sensitive value', () => {
  it('reaches its readers, and is in no log, no output, no error, no status and no file but those that recipes wrote', async () => {
    const deployment = await Deployment.create(files);
    const result = await deployment.heddle('up', '-v');
    expect(await deployment.read('.heddle/secret/nodes/db/own.txt')).toBe(canary);
    expect(await deployment.read('.heddle/secret/nodes/web/url.txt')).toBe(`mysql://root:${canary}@192.0.2.1/\n`);

    for (const node of ['db/log/mysql.log', 'web/log/app.log', 'cron/log/leak.log']) {
      expect(await deployment.read(`.heddle/secret/nodes/${node}`), node).toContain('********');
    }
    const said = saidByRole(`${result.stdout}\n${result.stderr}`);
    expect(said.get('db.mysql')).toContain('|   * ruby_block[careless] action runthe password is ********');
    expect(said.get('web.app')).toContain('|   * ruby_block[careless] action runJSON is {"password":"********"}');
    expect(said.get('cron.leak')).toContain('| out ********');
    const status = await deployment.heddle('status', '-o', 'json');
    const listing = await deployment.heddle('ls', '-o', 'json');
    const withheld = await deployment.heddle('get', 'db.password');
    const texts = { result, status, listing, withheld };
    for (const [what, { stdout, stderr }] of Object.entries(texts)) {
      for (const text of [canary, JSON.stringify(canary).slice(1, -1), 'canary-7Tq'])
        expect(`${stdout}${stderr}`, what).not.toContain(text);
    }
    expect(await filesWith(join(deployment.directory, '.heddle/secret'), canary)).toEqual([
      ...storeFiles,
      'nodes/db/own.txt',
      'nodes/web/url.txt',
    ]);
    for (const name of storeFiles)
      expect((await lstat(join(deployment.directory, '.heddle/secret', name))).mode & 0o777).toBe(0o600);
    expect(result.exitCode).toBe(21);
    expect(await deployment.processes()).toEqual([]);
  });

  it('that a recipe makes once and keeps is the same after each up, and in no file of Chef', async () => {
    const deployment = await Deployment.create(keeping);
    const used = '.heddle/keeping/nodes/db/used.txt';
    const result = await deployment.heddle('up');
    expect(result.stderr).toBe('');
    const first = await deployment.read(used);
    expect(first).toMatch(/^canary-[0-9]+-bird$/);
    const again = await deployment.heddle('up');
    expect(again.stderr).toBe('');
    expect(await deployment.read(used)).toBe(first);
    expect(await deployment.read('.heddle/keeping/nodes/web/used.txt')).toBe(first);
    expect(await filesWith(deployment.directory, first)).toEqual([
      ...storeFiles.map((name) => `.heddle/keeping/${name}`),
      '.heddle/keeping/nodes/db/kept/chef.json',
      used,
      '.heddle/keeping/nodes/web/used.txt',
    ]);
    expect((await lstat(join(deployment.directory, '.heddle/keeping/nodes/db/kept/chef.json'))).mode & 0o777).toBe(
      0o600,
    );

    // The name is the deployment's; the recipe keeps its secret by the path of the attribute.
    const renamed = keeping['heddle.yaml']
      .replace('{ password: { path', '{ secret: { path')
      .replace('db.password}', 'db.secret}');
    await deployment.write('heddle.yaml', renamed);
    const third = await deployment.heddle('up');
    expect(third.stderr).toBe('');
    expect(await deployment.read(used)).toBe(first);
    expect(await deployment.read('.heddle/keeping/nodes/web/used.txt')).toBe(first);
    expect(await filesWith(join(deployment.directory, '.heddle/keeping/nodes'), first)).toEqual([
      'db/kept/chef.json',
      'db/used.txt',
      'web/used.txt',
    ]);
  });
});
