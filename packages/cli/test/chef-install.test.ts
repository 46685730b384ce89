import { access, chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { heddleProgram, Workspace } from './support/workspace.ts';

async function withConfiguration(files: Readonly<Record<string, string>> = {}) {
  const workspace = await Workspace.forTest({ 'etc/chef/solo.rb': '# mine\n', ...files });
  const chef = (...words: string[]) => workspace.heddle('chef', ...words, '--config-dir', 'etc/chef');
  return { workspace, chef, file: workspace.path('etc/chef/client.d/heddle.rb') };
}

describe('heddle chef install', () => {
  test('drops one file, which names the socket, and a second time changes nothing', async () => {
    const { workspace, chef, file } = await withConfiguration();
    const socket = workspace.path('state/agent.sock');
    const first = await chef('install', '--directory', 'state', '-o', 'json');
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toEqual({ file, socket, changed: true });
    const text = await workspace.read('etc/chef/client.d/heddle.rb');
    expect(text).toContain(`Heddle::Chef.join(self, socket: '${socket}')\n`);
    expect(text).toContain('HEDDLE_OFF=1');
    expect(await readdir(workspace.path('etc/chef'))).toEqual(['client.d', 'solo.rb']);

    const second = await chef('install', '--directory', 'state', '-o', 'json');
    expect(JSON.parse(second.stdout)).toEqual({ file, socket, changed: false });
    expect(await readdir(workspace.path('etc/chef/client.d'))).toEqual(['heddle.rb']);

    const moved = await chef('install', '--socket', 'other.sock');
    expect(moved.stdout).toBe(
      `wrote ${file}: Chef runs with the configuration in ${workspace.path('etc/chef')} talk to the agent at ${workspace.path('other.sock')}\n`,
    );
  });

  test('leaves nothing behind when the file cannot be finished', async () => {
    const { workspace, file } = await withConfiguration();
    // No byte of any file may be written, as on a full disk.
    const command = `ulimit -f 0; exec '${heddleProgram}' chef install --config-dir etc/chef --directory state`;
    const result = await execa('bash', ['-c', command], { cwd: workspace.directory, reject: false, stdin: 'ignore' });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain(`[config-invalid] ${file} cannot be changed: EFBIG`);
    expect(await readdir(workspace.path('etc/chef/client.d'))).toEqual([]);
  });

  test('leaves a file of somebody else as it is', async () => {
    const { workspace, chef, file } = await withConfiguration({ 'etc/chef/client.d/heddle.rb': 'log_level :info\n' });
    for (const action of ['install', 'uninstall']) {
      const refused = await chef(action);
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toContain(`[config-invalid] ${file} was not written by heddle chef install`);
    }
    expect(await workspace.read('etc/chef/client.d/heddle.rb')).toBe('log_level :info\n');
  });

  test('makes no configuration folder, and no path that is too long for a socket', async () => {
    const workspace = await Workspace.forTest({});
    const nowhere = await workspace.heddle('chef', 'install', '--config-dir', 'etc');
    expect(nowhere).toMatchObject({ exitCode: 2 });
    expect(nowhere.stderr).toContain(`[config-invalid] there is no folder ${workspace.path('etc')}`);
    await expect(access(workspace.path('etc'))).rejects.toMatchObject({ code: 'ENOENT' });
    await mkdir(workspace.path('etc'));
    const long = await workspace.heddle('chef', 'install', '--config-dir', 'etc', '--directory', 'x'.repeat(110));
    expect(long).toMatchObject({ exitCode: 2 });
    expect(long.stderr).toContain('is too long for a socket');
    expect(await readdir(workspace.path('etc'))).toEqual([]);
  });

  test('says what keeps it from looking at the configuration folder, not that there is none', async () => {
    const workspace = await Workspace.forTest({});
    await symlink('etc', workspace.path('etc'));
    const refused = await workspace.heddle('chef', 'install', '--config-dir', 'etc');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain(`[config-invalid] ${workspace.path('etc')} cannot be read: ELOOP`);
  });

  test('writes nothing where others could serve in the place of the agent, nor where they could make its folder', async () => {
    const { workspace, chef } = await withConfiguration();
    for (const [mode, words] of [
      [0o1777, ['--socket', 'shared/agent.sock']],
      [0o777, ['--directory', 'shared/later/state']],
      [0o770, ['--socket', 'shared/agent.sock']],
    ] as const) {
      await mkdir(workspace.path('shared'), { recursive: true });
      await chmod(workspace.path('shared'), mode);
      const refused = await chef('install', ...words);
      expect(refused).toMatchObject({ exitCode: 25, stdout: '' });
      expect(refused.stderr).toContain(`[denied] others than this user may write to ${workspace.path('shared')}`);
    }
    expect(await readdir(workspace.path('etc/chef'))).toEqual(['solo.rb']);
    await chmod(workspace.path('shared'), 0o755);
    expect(await chef('install', '--socket', 'shared/agent.sock')).toMatchObject({ exitCode: 0 });
  });
});

describe('heddle chef uninstall', () => {
  test('removes its file alone, and a second time changes nothing', async () => {
    const { workspace, chef, file } = await withConfiguration({ 'etc/chef/client.d/mine.rb': '# mine\n' });
    expect(await chef('install')).toMatchObject({ exitCode: 0 });
    expect(await chef('uninstall')).toMatchObject({ exitCode: 0, stdout: `removed ${file}\n` });
    expect(await readdir(workspace.path('etc/chef/client.d'))).toEqual(['mine.rb']);
    expect(await chef('uninstall')).toMatchObject({ exitCode: 0, stdout: `there is no ${file}\n` });
    expect(JSON.parse((await chef('uninstall', '-o', 'json')).stdout)).toEqual({ file, changed: false });
  });
});
