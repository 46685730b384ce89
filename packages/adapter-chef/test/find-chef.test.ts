import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findChefSolo } from '../src/find-chef.ts';
import { supportedSeries } from '../src/supported-series.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const withPrograms = 'source "https://rubygems.org"\ngem "chef-bin", "~> 18"\n';
const lock = (gem: string) =>
  `GEM\n  specs:\n    ${gem} (18.11.11)\n      chef (= 18.11.11)\n\nDEPENDENCIES\n  ${gem}\n`;

/** A folder with these files; what ends in -solo, ruby or bundle is a program. */
async function folderWith(...files: readonly (string | [string, string])[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-find-chef-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const file of files) {
    const [name, text] = typeof file === 'string' ? [file, '#!/bin/sh\n'] : file;
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }
  return directory;
}

describe('the chef-solo of a role', () => {
  const everywhere = [
    'mine/chef-solo',
    'named/chef-solo',
    ['Gemfile', withPrograms],
    'bin/bundle',
    'bin/chef-solo',
    'bin/cinc-solo',
    'opt/chef/bin/chef-solo',
    'opt/cinc/bin/cinc-solo',
  ] as const;
  const find = async (directory: string, program?: string, more: NodeJS.ProcessEnv = {}) => {
    const usual = ['opt/chef/bin/chef-solo', 'opt/cinc/bin/cinc-solo'].map((path) => join(directory, path));
    const { command } = await findChefSolo(program, directory, { PATH: join(directory, 'bin'), ...more }, usual);
    return command.map((word) => word.replace(`${directory}/`, ''));
  };

  test('is the first of its own, the environment, a Gemfile, the PATH and the packages', async () => {
    const directory = await folderWith(...(everywhere as unknown as (string | [string, string])[]));
    const named = { HEDDLE_CHEF_SOLO: 'named/chef-solo' };
    expect(await find(directory, 'mine/chef-solo', named)).toEqual(['mine/chef-solo']);
    expect(await find(directory, undefined, named)).toEqual(['named/chef-solo']);
    expect(await find(directory)).toEqual(['bin/bundle', 'exec', 'chef-solo']);
    for (const [gone, then] of [
      ['Gemfile', 'bin/chef-solo'],
      ['bin/chef-solo', 'bin/cinc-solo'],
      ['bin/cinc-solo', 'opt/chef/bin/chef-solo'],
      ['opt/chef', 'opt/cinc/bin/cinc-solo'],
    ] as const) {
      await rm(join(directory, gone), { recursive: true });
      expect(await find(directory)).toEqual([then]);
    }
    await rm(join(directory, 'opt/cinc'), { recursive: true });
    await expect(find(directory)).rejects.toMatchObject({
      code: 'tool-missing',
      next: [
        "install Chef series 18 (gem install chef-bin -v '~> 18', or a Gemfile with it beside heddle.yaml), or set HEDDLE_CHEF_SOLO to its path",
        "npm run demo  in Heddle's checkout installs one",
      ],
    });
  });

  test('is one of a package, also by the link that the package puts on the PATH', async () => {
    const directory = await folderWith('opt/cinc/bin/cinc-solo', 'opt/cinc/embedded/bin/ruby');
    await mkdir(join(directory, 'bin'));
    await symlink(join(directory, 'opt/cinc/bin/cinc-solo'), join(directory, 'bin/cinc-solo'));
    expect(await find(directory)).toEqual(['bin/cinc-solo']);
  });
});

describe('a Gemfile', () => {
  const find = (directory: string, more: NodeJS.ProcessEnv = {}) =>
    findChefSolo(undefined, directory, { PATH: join(directory, 'bin'), ...more }, []);

  test('counts when its bundle has the programs of Chef, as its lock file says or it says itself', async () => {
    const inLock = await folderWith(['Gemfile', 'gemspec\n'], ['Gemfile.lock', lock('chef-bin')], 'bin/bundle');
    expect(await find(inLock)).toEqual({
      command: [join(inLock, 'bin/bundle'), 'exec', 'chef-solo'],
      environment: { BUNDLE_GEMFILE: join(inLock, 'Gemfile') },
    });
    const inItself = await folderWith(['gems.rb', withPrograms], 'bin/bundle');
    const named = await find(inItself, { BUNDLE_GEMFILE: 'gems.rb' });
    expect(named.environment).toEqual({ BUNDLE_GEMFILE: join(inItself, 'gems.rb') });
  });

  test('of which only ChefSpec and Test Kitchen need Chef does not', async () => {
    const directory = await folderWith(
      ['Gemfile', 'gem "chefspec"\n'],
      ['Gemfile.lock', lock('chef')],
      'bin/chef-solo',
    );
    expect((await find(directory)).command).toEqual([join(directory, 'bin/chef-solo')]);
  });

  test('with another program than chef-solo does not', async () => {
    const directory = await folderWith(
      ['Gemfile', 'gem "cinc-bin"\n'],
      ['Gemfile.lock', lock('cinc-bin')],
      'bin/bundle',
      'bin/cinc-solo',
    );
    expect((await find(directory)).command).toEqual([join(directory, 'bin/cinc-solo')]);
  });

  test('without bundler is an error that says so, not another chef-solo', async () => {
    const directory = await folderWith(['Gemfile', withPrograms], 'bin/chef-solo');
    await expect(find(directory)).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining(`${directory}/Gemfile brings chef-solo, and there is no bundle on the PATH`),
    });
  });

  test('of the shim itself gives a chef-solo that runs', async () => {
    const gemfile = join(checkout, 'packages/adapter-chef/gem/Gemfile');
    const { command, environment } = await findChefSolo(undefined, '/', { ...process.env, BUNDLE_GEMFILE: gemfile });
    const env = { ...environment, BUNDLE_PATH: join(checkout, '.tools/chef-gems') };
    const { stdout } = await execa(command[0], [...command.slice(1), '--version'], { env });
    expect(stdout).toMatch(/^Chef Infra Client: 18\./);
  });
});

test('the series that doctor knows are those that the shim does not refuse', async () => {
  const source = await readFile(join(checkout, 'packages/adapter-chef/gem/lib/heddle/chef/supported.rb'), 'utf8');
  expect(source).toContain(`SERIES = (${supportedSeries.oldest}..${supportedSeries.newest})`);
});
