import { chmod, mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { knownSettings } from '../src/known-settings.ts';

const folders = {
  '2.14': '/usr/bin',
  '2.19': fileURLToPath(new URL('../../../.tools/ansible-2.19/bin', import.meta.url)),
};

/** A folder with an Ansible that notes each time its configuration is asked for. */
async function scene(bin: string) {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'heddle-ansible-')));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = (name: string) => join(directory, name);
  await writeFile(path('ansible-playbook'), '#!/bin/sh\n');
  await writeFile(
    path('ansible-config'),
    `#!/bin/sh\necho asked >> ${path('asked')}\nexec ${bin}/ansible-config "$@"\n`,
  );
  await writeFile(path('asked'), '');
  for (const name of ['ansible-playbook', 'ansible-config']) await chmod(path(name), 0o755);
  const { PATH = '' } = process.env;
  const read = (more: Record<string, string> = {}) =>
    knownSettings(path('ansible-playbook'), directory, { PATH, HOME: directory, ...more });
  const asked = async () => (await readFile(path('asked'), 'utf8')).trim().split('\n').length;
  const configure = (callbacks: string, name = 'ansible.cfg') =>
    writeFile(path(name), `[defaults]\ncallbacks_enabled = ${callbacks}\n`);
  return { path, read, asked, configure };
}

describe.each(Object.entries(folders))('the settings of ansible-core %s', (_, bin) => {
  it('are read once for all roles of a node, and again after a change of any configuration or of the environment', async () => {
    const { path, read, asked, configure } = await scene(bin);
    await configure('of_home', '.ansible.cfg');
    const both = await Promise.all([read({ HEDDLE_ROLE: 'a' }), read({ HEDDLE_ROLE: 'b', HEDDLE_RUN: '2' })]);
    expect(both.map(({ callbacks }) => callbacks)).toEqual([['of_home'], ['of_home']]);
    expect(await asked()).toBe(1);

    // A role has written it.
    await configure('of_folder');
    expect((await read()).callbacks).toEqual(['of_folder']);
    await configure('of_others');
    await utimes(path('ansible.cfg'), 1, 1);
    expect((await read()).callbacks).toEqual(['of_others']);

    expect((await read({ ANSIBLE_CALLBACKS_ENABLED: 'typed' })).callbacks).toEqual(['typed']);
    await configure('named', 'other.cfg');
    const named = { ANSIBLE_CONFIG: 'other.cfg' };
    expect((await read(named)).callbacks).toEqual(['named']);
    await configure('renamed', 'other.cfg');
    expect((await read(named)).callbacks).toEqual(['renamed']);
    expect((await read(named)).callbacks).toEqual(['renamed']);
    expect(await asked()).toBe(6);
  });

  it('are asked for each time where Ansible itself has to find the file', async () => {
    const { read, asked, configure } = await scene(bin);
    await configure('one', 'other.cfg');
    const named = { ANSIBLE_CONFIG: '$HOME/other.cfg' };
    expect((await read(named)).callbacks).toEqual(['one']);
    expect((await read(named)).callbacks).toEqual(['one']);
    expect(await asked()).toBe(2);
  });

  it('that cannot be read are asked for again', async () => {
    const { path, read, asked } = await scene(bin);
    await writeFile(path('ansible.cfg'), 'no section\n');
    for (const _time of [1, 2]) await expect(read()).rejects.toMatchObject({ code: 'config-invalid' });
    expect(await asked()).toBe(2);
  });
});
