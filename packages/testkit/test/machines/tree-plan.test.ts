import { describe, expect, it } from 'vitest';
import type { EntryKind } from '../../src/machines/host-tree.ts';
import { planTree, type TreeOptions } from '../../src/machines/tree-plan.ts';

/** A host of a few paths: `path/` is a folder, `path -> target` a link, `path` a file; `big` and `closed` are prefixes. */
function host(
  paths: readonly string[],
  { big = [] as string[], closed = [] as string[], mounted = [] as string[] } = {},
) {
  const entries = new Map<string, EntryKind>();
  const targets = new Map<string, string>();
  for (const text of paths) {
    const [path = '', target] = text.split(' -> ');
    const bare = path.replace(/\/$/, '');
    entries.set(bare, target ? 'link' : path === bare ? 'file' : 'directory');
    if (target) targets.set(bare, target);
  }
  const children = (path: string) =>
    [...entries.keys()].filter((key) => key.slice(0, key.lastIndexOf('/')) === (path === '/' ? '' : path));
  const folder = (path: string) => ({ path, mode: 0o755, uid: 0, gid: 0 });
  return {
    kind: (path: string) => entries.get(path) ?? 'other',
    linkTarget: (path: string) => targets.get(path) ?? '',
    folder,
    isReadable: (path: string) => !closed.includes(path),
    children,
    isSmall: (path: string) => !big.includes(path),
    folders: (path: string) =>
      children(path)
        .filter((child) => entries.get(child) === 'directory')
        .map(folder),
    mountsBelow: (path: string) => mounted.filter((point) => point.startsWith(`${path}/`)),
  };
}

const tree = [
  '/bin -> usr/bin',
  '/etc/',
  '/etc/passwd',
  '/home/',
  '/home/ann/',
  '/home/ann/.ssh/',
  '/home/ann/shop/',
  '/proc/',
  '/tmp/',
  '/usr/',
  '/usr/bin/',
  '/usr/local/',
  '/usr/local/bin/',
  '/var/',
  '/var/lib/',
  '/var/lib/dpkg/',
  '/var/lib/misc/',
  '/vmlinuz',
];
const plan = (options: Partial<TreeOptions>, like: Parameters<typeof host>[1] = {}) => {
  const { mounts, ...rest } = planTree(
    { state: '/tmp/state', binds: [], overlay: true, privilege: 'root', ...options },
    host(tree, like),
  );
  return {
    ...rest,
    mounts: mounts.map(({ kind, path }) => `${kind} ${path}`),
    folders: rest.directories.map(({ path }) => path),
  };
};

describe('planTree', () => {
  it('puts an overlay over each top-level folder, and none over what is fresh', () => {
    const { mounts, links, copies } = plan({});
    expect(mounts).toEqual(['overlay /etc', 'overlay /home', 'overlay /usr', 'overlay /var', 'own /var/tmp']);
    expect(links).toEqual([{ path: '/bin', target: 'usr/bin' }]);
    expect(copies).toEqual([]);
  });

  it('never has the state folder below an overlay', () => {
    const { mounts, folders } = plan({ state: '/home/ann/shop/.heddle', binds: ['/home/ann/shop'] });
    expect(mounts).toEqual([
      'overlay /etc',
      'overlay /home/ann/.ssh',
      'overlay /usr',
      'overlay /var',
      'own /var/tmp',
      'bind /home/ann/shop',
    ]);
    expect(folders).toEqual(expect.arrayContaining(['/home', '/home/ann']));
  });

  it('shows below an overlay what the host has mounted there', () => {
    expect(plan({}, { mounted: ['/var/lib/misc'] }).mounts).toContain('read-only /var/lib/misc');
  });

  it('without overlays copies what is small, binds what is big, and opens folders that roles write to', () => {
    const { mounts, copies, folders } = plan({ overlay: false }, { big: ['/usr/bin', '/var/lib/dpkg'] });
    expect(copies).toEqual(['/etc', '/var/lib/misc']);
    expect(mounts).toEqual([
      'read-only /home/ann/.ssh',
      'read-only /home/ann/shop',
      'read-only /usr/bin',
      'read-only /var/lib/dpkg',
    ]);
    expect(folders).toEqual(expect.arrayContaining(['/usr/local/bin', '/var/lib', '/home/ann']));
  });

  it('copies nothing out of home folders', () => {
    expect(plan({ overlay: false }).copies.filter((path) => path.startsWith('/home'))).toEqual([]);
  });

  it('prepares folders and /etc for a user who maps one id', () => {
    const { prepared, mounts } = plan({ privilege: 'user' });
    expect(prepared.copies).toEqual(['/etc']);
    expect(prepared.directories.map(({ path }) => path)).toEqual([
      '/home',
      '/home/ann',
      '/usr',
      '/usr/bin',
      '/usr/local',
      '/var',
      '/var/lib',
    ]);
    expect(mounts).toContain('overlay /etc');
  });

  it('makes a folder that the caller may not read empty', () => {
    const { mounts, folders } = plan({ privilege: 'user' }, { closed: ['/home'] });
    expect(mounts).not.toContain('overlay /home');
    expect(folders).toContain('/home');
  });

  it('binds outer folders before inner ones', () => {
    const { mounts } = plan({ binds: ['/work/a/b', '/work/a'] });
    expect(mounts.slice(-2)).toEqual(['bind /work/a', 'bind /work/a/b']);
  });
});
