import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRole } from '../src/check.ts';
import { findRuby } from '../src/find-chef.ts';
import { readPaths } from '../src/solo-paths.ts';
import { rubyString, wrapperConfig } from '../src/wrapper-config.ts';

async function repository(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-chef-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

const soloRb =
  "cookbook_path [File.expand_path('site', __dir__), File.expand_path('vendor', __dir__)]\nrole_path File.expand_path('roles', __dir__)\n";

describe('a run list', () => {
  it('is accepted when every entry has its file, wherever solo.rb looks', async () => {
    const directory = await repository({
      'solo.rb': soloRb,
      'site/shop/recipes/app.rb': '',
      'vendor/mysql/recipes/default.rb': '',
      'roles/database.json': '{"run_list": ["recipe[mysql]"]}',
      'roles/ruby.rb': 'run_list "recipe[anything]"',
    });
    const run_list = ['recipe[shop::app]', 'mysql', 'role[database]', 'role[ruby]', 'recipe[mysql@1.0.0]'];
    expect(await checkRole({ run_list, config: 'solo.rb' }, directory)).toEqual([]);
  });

  it('is refused by the entry that has none, also inside a JSON role', async () => {
    const directory = await repository({
      'solo.rb': soloRb,
      'site/shop/recipes/app.rb': '',
      'roles/database.json': '{"run_list": ["recipe[shop::ap]"]}',
    });
    const problems = await checkRole({ run_list: ['role[databse]', 'role[database]'], config: 'solo.rb' }, directory);
    expect(problems.map((problem) => problem.message)).toEqual([
      `the run-list entry role[databse] has no file: databse.json or databse.rb is not in ${directory}/roles; did you mean "database"?`,
      `the run-list entry recipe[shop::ap] of ${directory}/roles/database.json has no file: shop/recipes/ap.rb is not in ${directory}/site, ${directory}/vendor`,
    ]);
    expect(problems.map(({ at }) => at)).toEqual([
      ['run_list', 0],
      ['run_list', 1],
    ]);
  });

  it('that is nearly the name of a cookbook or role that is there is told so', async () => {
    const directory = await repository({ 'cookbooks/broker/recipes/default.rb': '', 'roles/database.json': '{}' });
    const problems = await checkRole({ run_list: ['recipe[brokr]', 'role[databse]', 'recipe[broker::no]'] }, directory);
    expect(problems.map(({ message }) => / is not in \S+(?:; (.*))?$/.exec(message)?.[1])).toEqual([
      'did you mean "broker"?',
      'did you mean "database"?',
      undefined,
    ]);
  });

  it('is looked up in cookbooks/ and roles/ without a solo.rb', async () => {
    const directory = await repository({ 'cookbooks/shop/recipes/default.rb': '' });
    expect(await checkRole({ run_list: ['recipe[shop]'] }, directory)).toEqual([]);
  });
});

describe('a solo.rb', () => {
  it('that does not exist is named', async () => {
    const directory = await repository({});
    expect(await checkRole({ run_list: ['recipe[shop]'], config: 'solo.rb' }, directory)).toMatchObject([
      { message: `the Chef configuration solo.rb does not exist in ${directory}` },
    ]);
  });

  it('that is no Ruby is named with its line', async () => {
    const directory = await repository({ 'solo.rb': 'cookbook_path [\n' });
    const [problem] = await checkRole({ run_list: ['recipe[shop]'], config: 'solo.rb' }, directory);
    expect(problem?.message).toContain(`${directory}/solo.rb:`);
    expect(problem?.message).toContain('SyntaxError');
  });

  it('that uses what only Chef knows is read all the same', async () => {
    const directory = await repository({
      'solo.rb': `${soloRb}log_level :info\nChef::Log.level = :info\nChef::Config[:x] = 1\nssl_verify_mode :verify_peer\n`,
      'site/shop/recipes/default.rb': '',
    });
    expect(await checkRole({ run_list: ['recipe[shop]'], config: 'solo.rb' }, directory)).toEqual([]);
  });
});

describe('the ruby that reads a solo.rb', () => {
  /** Write a program that the next test can tell by its path. */
  async function programs(...names: string[]): Promise<string> {
    const directory = await repository(Object.fromEntries(names.map((name) => [name, '#!/bin/sh\n'])));
    for (const name of names) await chmod(join(directory, name), 0o755);
    return realpath(directory);
  }

  it('is the one on the PATH', async () => {
    const directory = await programs('bin/ruby', 'bin/chef-solo', 'embedded/bin/ruby');
    expect(await findRuby(undefined, directory, { PATH: `/nowhere:${directory}/bin` })).toBe(`${directory}/bin/ruby`);
  });

  it("is the one of Chef's own package otherwise, also behind a link", async () => {
    const directory = await programs('opt/chef/bin/chef-solo', 'opt/chef/embedded/bin/ruby', 'bin/other');
    await symlink('../opt/chef/bin/chef-solo', join(directory, 'bin/chef-solo'));
    const ruby = `${directory}/opt/chef/embedded/bin/ruby`;
    expect(await findRuby(undefined, directory, { PATH: `${directory}/bin` })).toBe(ruby);
    expect(await findRuby('opt/chef/bin/chef-solo', directory, { PATH: '/nowhere' })).toBe(ruby);
  });

  it('is one in a usual place otherwise, or none', async () => {
    const directory = await programs('bin/chef-solo', 'b/ruby');
    const usual = [join(directory, 'a/ruby'), join(directory, 'b/ruby')];
    for (const program of [undefined, './missing'])
      expect(await findRuby(program, directory, { PATH: `${directory}/bin` }, usual)).toBe(join(directory, 'b/ruby'));
    expect(await findRuby(undefined, directory, { PATH: `${directory}/bin` }, usual.slice(0, 1))).toBeUndefined();
  });

  it('may be missing: then the run list is not checked', async () => {
    const directory = await repository({ 'solo.rb': soloRb });
    const options = { run_list: ['recipe[shop]'], config: 'solo.rb' };
    expect(await checkRole(options, directory, { PATH: '/nowhere' }, [])).toEqual([]);
    expect(await checkRole(options, directory)).toHaveLength(1);
  });

  it('is stopped when it does not come to an end', async () => {
    const directory = await repository({ 'solo.rb': '`sleep 60`\n' });
    const config = join(directory, 'solo.rb');
    expect(await readPaths(config, directory, 'ruby', 1000)).toEqual({
      problem: {
        message: `the Chef configuration ${config} cannot be read: ruby was still busy with it after 1 s`,
        next: 'look for a command or a request in it that does not return',
      },
    });
  });
});

describe('the wrapper configuration', () => {
  it("loads the shim first, the user's file next, and sets the node's own paths last", () => {
    const text = wrapperConfig({
      node: 'web-0',
      userConfig: '/shop/solo.rb',
      directory: '/shop',
      stateDirectory: '/state/chef',
    });
    const order = [
      'gem/lib/heddle/chef',
      "solo_d_dir '/shop/solo.d'",
      "client_d_dir '/shop/client.d'",
      "from_file '/shop/solo.rb'",
      "node_name 'web-0'",
      "lockfile '/state/chef/chef-solo.lock'",
      'Heddle::Chef.attach(self)',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it.each([
    ['', ['/solo.d', '/client.d']],
    ["solo_d_dir '/etc/my.d'\n", ['/etc/my.d', '/client.d']],
    ["client_d_dir '/etc/other.d'\nlockfile '/shared.lock'\n", ['/solo.d', '/etc/other.d']],
  ])("leaves the folders of snippets that the user's %j sets", async (userText, expected) => {
    const directory = await repository({ 'solo.rb': userText });
    const text = wrapperConfig({
      node: 'web-0',
      userConfig: join(directory, 'solo.rb'),
      directory,
      stateDirectory: '/state/chef',
    });
    await writeFile(join(directory, 'wrapper.rb'), text);
    // As in Chef, a setting is a call, and the last one counts.
    const evaluator = `
      class Config
        def initialize = @settings = {}
        def from_file(file) = instance_eval(File.read(file), file)
        def method_missing(name, value) = @settings[name] = value
        def respond_to_missing?(*) = true
        def show = puts(@settings.values_at(:solo_d_dir, :client_d_dir, :lockfile))
      end
      Config.new.tap { |config| config.from_file(ARGV[0]) }.show`;
    const { stdout } = await execa('ruby', ['-e', evaluator, join(directory, 'wrapper.rb')], {
      env: { HEDDLE_SOCKET: '', HEDDLE_ROLE: '' },
    });
    const below = expected.map((path) => (path.startsWith('/etc/') ? path : `${directory}${path}`));
    expect(stdout.split('\n')).toEqual([...below, '/state/chef/chef-solo.lock']);
  });

  it('quotes a path so that Ruby expands nothing in it', () => {
    expect(rubyString("/it's #{here}\\")).toBe("'/it\\'s #{here}\\\\'");
  });
});
