import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WrapContext } from '@heddle/agent';
import { expect, onTestFinished, test } from 'vitest';
import { isChefCommand, isWhyRun, wrapCommand } from '../src/wrap.ts';

async function wrap(...command: [string, ...string[]]) {
  const roleDirectory = await mkdtemp(join(tmpdir(), 'heddle chef '));
  onTestFinished(() => rm(roleDirectory, { recursive: true }));
  const context: Partial<WrapContext> = { command, workingDirectory: '/srv/app', roleDirectory };
  return { roleDirectory, run: await wrapCommand(context as WrapContext) };
}

test.each([
  [['chef-solo'], true],
  [['/opt/cinc/bin/cinc-client', '-z'], true],
  [['bundle', 'exec', 'chef-solo', '-c', 'my.rb'], true],
  [['chef', 'exec', 'rspec'], false],
  [['./chef-solo.sh'], false],
])('%j is a Chef run: %s', (command, expected) => {
  expect(isChefCommand(command)).toBe(expected);
});

test.each([
  [['chef-solo', '-W'], true],
  [['chef-solo', '-c', 'my.rb', '--why-run'], true],
  [['chef-client', '-zW'], true],
  [['chef-client', '-Wz'], true],
  [['chef-client', '-zWlinfo'], true],
  [['chef-solo', '--why'], true],
  [['chef-solo', '--w'], true],
  [['nice', '-W', 'chef-solo'], false],
  [['chef-client', '-NWEB'], false],
  [['chef-client', '-zoW'], false],
  [['chef-solo', '--', 'W'], false],
  [['chef-solo', '--with'], false],
])('%j is a why-run: %s', (command, expected) => {
  expect(isWhyRun(command)).toBe(expected);
});

test('chef-solo gets two folders of snippets behind its name, and keeps all its words', async () => {
  const { roleDirectory, run } = await wrap('bundle', 'exec', 'chef-solo', '-c', 'my.rb', '-o', 'recipe[x]');
  const [solo, client] = [join(roleDirectory, 'solo_d_dir'), join(roleDirectory, 'client_d_dir')];
  const before = ['bundle', 'exec', 'chef-solo'];
  const added = ['--config-option', `solo_d_dir="${solo}"`, '--config-option', `client_d_dir="${client}"`];
  const command = [...before, ...added, '-c', 'my.rb', '-o', 'recipe[x]'];
  expect(run).toEqual({ command, workingDirectory: '/srv/app', environment: {} });
  for (const folder of [solo, client]) {
    const lines = (await readFile(join(folder, 'heddle.rb'), 'utf8')).trimEnd().split('\n');
    expect(lines[1]).toMatch(/^require '\/.*\/gem\/lib\/heddle\/chef\.rb'$/);
    expect(lines.at(-1)).toBe('Heddle::Chef.attach(self)');
  }
});

test('chef-client gets one folder', async () => {
  const { roleDirectory, run } = await wrap('chef-client', '-z');
  expect(run.command).toEqual([
    'chef-client',
    '--config-option',
    `client_d_dir="${join(roleDirectory, 'client_d_dir')}"`,
    '-z',
  ]);
});

test.each([
  [['--config-option', 'solo_d_dir="/etc/my.d"'], "hidden = '/etc/my.d'"],
  [['--config-option=solo_d_dir=/etc/other.d'], "hidden = '/etc/other.d'"],
  [[], 'hidden = nil'],
])('a folder that the user names with %j is not lost', async (words, line) => {
  const { roleDirectory } = await wrap('chef-solo', ...words);
  expect(await readFile(join(roleDirectory, 'solo_d_dir', 'heddle.rb'), 'utf8')).toContain(`\n${line}\n`);
});
