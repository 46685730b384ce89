import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRole } from '../src/check.ts';
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
      `the run-list entry role[databse] has no file: databse.json or databse.rb is not in ${directory}/roles`,
      `the run-list entry recipe[shop::ap] of ${directory}/roles/database.json has no file: shop/recipes/ap.rb is not in ${directory}/site, ${directory}/vendor`,
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
      "from_file '/shop/solo.rb'",
      "solo_d_dir '/shop/solo.d'",
      "node_name 'web-0'",
      "lockfile '/state/chef/chef-solo.lock'",
      'Heddle::Chef.attach(self)',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('quotes a path so that Ruby expands nothing in it', () => {
    expect(rubyString("/it's #{here}\\")).toBe("'/it\\'s #{here}\\\\'");
  });
});
