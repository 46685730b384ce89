import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createMachines } from '../../src/machines/index.ts';
import {
  creatorCommand,
  eventually,
  leftovers,
  modes,
  namespacesOf,
  run,
  spawnCreator,
  startCreator,
  stateFolder,
  temporaryFolder,
} from './support.ts';

describe('the life of a set of machines', () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = temporaryFolder();
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });

  it.each(modes.filter(({ overlay }) => overlay === 'auto'))(
    'ends when its creator is killed ($title)',
    async (mode) => {
      const base = folder();
      const options = { directory: join(base, stateFolder), names: ['a', 'b'], privilege: mode.privilege };
      const set = await startCreator(base, options, mode.privilege === 'user' && process.geteuid?.() === 0);
      await run(set.machine('a'), 'ruby', '-e', 'Process.daemon; sleep');
      const namespaces = namespacesOf(set.machines);
      expect(leftovers(namespaces, set.state).length).toBeGreaterThan(4);
      set.child.kill('SIGKILL');
      await eventually('nothing is left', () => leftovers(namespaces, set.state).length === 0);
      await set.remove();
      expect(existsSync(set.state)).toBe(false);
    },
  );

  it('ends with a creator that does not close it', async () => {
    const base = folder();
    const set = await startCreator(base, { directory: join(base, stateFolder), names: ['a'] }, false);
    const namespaces = namespacesOf(set.machines);
    set.child.kill('SIGTERM');
    await once(set.child, 'exit');
    await eventually('nothing is left', () => leftovers(namespaces, set.state).length === 0);
  });

  it('does not disturb another set with the same names and addresses', async () => {
    const [first, second] = await Promise.all([
      createMachines({ directory: folder(), names: ['a', 'b'] }),
      createMachines({ directory: folder(), names: ['a', 'b'] }),
    ]);
    const [one, two] = [first.machines.get('a'), second.machines.get('a')];
    if (!one || !two) throw new Error('no machine a');
    expect(one.address).toBe(two.address);
    await run(one, 'touch', '/etc/only-here');
    expect((await run(two, 'test', '-e', '/etc/only-here')).exitCode).toBe(1);
    await first.close();
    expect((await run(two, 'hostname')).stdout).toBe('a');
    await second.close();
  });

  it('keeps what a machine wrote for the next set in the same folder, but not /run and /tmp', async () => {
    const directory = folder();
    for (const attempt of [1, 2]) {
      const set = await createMachines({ directory, names: ['a'] });
      const machine = set.machines.get('a');
      if (!machine) throw new Error('no machine a');
      const { stdout } = await run(
        machine,
        'sh',
        '-c',
        'echo line >>/etc/kept; echo line >>/tmp/lost; echo line >>/run/lost; cat /etc/kept /tmp/lost /run/lost',
      );
      expect(stdout.split('\n')).toHaveLength(attempt === 1 ? 3 : 4);
      await set.close();
    }
    expect(readFileSync(join(directory, 'a/root/etc/kept'), 'utf8')).toBe('line\nline\n');
  });

  it('refuses a folder in which another set runs', async () => {
    const directory = folder();
    const set = await createMachines({ directory, names: ['a'] });
    await expect(createMachines({ directory, names: ['b'] })).rejects.toMatchObject({ code: 'config-invalid' });
    expect(existsSync(join(directory, 'b'))).toBe(false);
    await set.close();
  });

  it('lives in a folder below one that machines share with the host', async () => {
    const base = folder();
    const set = await createMachines({
      directory: join(base, '.heddle/with: comma, and colon'),
      names: ['a'],
      binds: [base],
    });
    const machine = set.machines.get('a');
    if (!machine) throw new Error('no machine a');
    expect((await run(machine, 'sh', '-c', `echo x >${base}/seen; echo y >/etc/y`)).stderr).toBe('');
    expect(statSync(join(base, 'seen')).size).toBe(2);
    expect(readFileSync(join(machine.rootDirectory, 'etc/y'), 'utf8')).toBe('y\n');
    await set.close();
  });

  it('lives below a folder that an overlay would cover', async () => {
    const directory = mkdtempSync('/var/tmp/heddle-machines-');
    folders.push(directory);
    const set = await createMachines({ directory, names: ['a'] });
    const machine = set.machines.get('a');
    if (!machine) throw new Error('no machine a');
    const { stderr } = await run(
      machine,
      'sh',
      '-c',
      `echo x >/var/lib/heddle-test && test -d /var/lib/dpkg && ! test -e ${directory}/a`,
    );
    expect(stderr).toBe('');
    expect(readFileSync(join(machine.rootDirectory, 'var/lib/heddle-test'), 'utf8')).toBe('x\n');
    await set.close();
  });

  it.each(['Upper', '-a', 'a b', "a'b", 'a'.repeat(64)])('refuses the name %j', async (name) => {
    await expect(createMachines({ directory: folder(), names: ['ok', name] })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });

  it('refuses equal names, no names, and a bind that does not exist', async () => {
    await expect(createMachines({ directory: folder(), names: ['a', 'a'] })).rejects.toMatchObject({
      code: 'config-invalid',
    });
    await expect(createMachines({ directory: folder(), names: [] })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(createMachines({ directory: folder(), names: ['a'], binds: ['/no/such'] })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });

  it('says which setting forbids namespaces', async () => {
    // Limits of user namespaces are per namespace: in one of our own we may forbid everything.
    const forbid = 'echo 0 >/proc/sys/user/max_user_namespaces; echo 0 >/proc/sys/user/max_mnt_namespaces; exec "$@"';
    const prefix = ['unshare', '--user', '--map-root-user', 'sh', '-c', forbid, 'forbid', ...creatorCommand];
    const { report } = await spawnCreator(prefix, { directory: folder(), names: ['a'] });
    expect(report.error).toMatchObject({ code: 'tool-missing' });
    expect(report.error?.message).toContain('sysctl -w user.max_user_namespaces=10000');
  });

  it('says which machines did not start in time, and leaves nothing', async () => {
    const directory = folder();
    const starting = createMachines({ directory, names: ['a'], timeoutMs: 1 });
    await expect(starting).rejects.toMatchObject({ code: 'unexpected', details: { missing: ['a'] } });
    expect(leftovers(new Set(), directory)).toEqual([]);
  });
});
