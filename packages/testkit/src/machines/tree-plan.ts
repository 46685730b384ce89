import { type Folder, HostTree } from './host-tree.ts';
import type { Privilege } from './types.ts';

/** One mount over the folder of a machine's root; `path` is the same on the host and inside. */
export type Mount =
  | { readonly kind: 'overlay'; readonly path: string; readonly index: number; readonly lower: LowerLayers }
  | { readonly kind: 'bind' | 'read-only' | 'own'; readonly path: string };

/** What lies below the folder that takes a machine's writes: the host's folder, the set's prepared one, or the latter on the former. */
export type LowerLayers = 'host' | 'prepared' | 'prepared-on-host';

/** What is to be made in a folder that stands for `/`. */
export interface TreeContent {
  readonly directories: readonly Folder[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly copies: readonly string[];
}

/** How a root tree is made from the host's: what is written into each machine's root folder, and the mounts in their order. */
export interface TreePlan extends TreeContent {
  readonly mounts: readonly Mount[];
  /** The layer that all machines of the set have below their own. */
  readonly prepared: TreeContent;
}

export interface TreeOptions {
  /** Real path of the state folder: no overlay may have it in its lower layer. */
  readonly state: string;
  readonly binds: readonly string[];
  readonly overlay: boolean;
  readonly privilege: Privilege;
}

/** Never the host's: process 1, the mounts of this module, or nobody, fills them. */
const fresh = new Map([
  ['/boot', 0o755],
  ['/dev', 0o755],
  ['/media', 0o755],
  ['/mnt', 0o755],
  ['/proc', 0o555],
  ['/run', 0o755],
  ['/run/lock', 0o1777],
  ['/sys', 0o555],
  ['/tmp', 0o1777],
  ['/var/tmp', 0o1777],
]);

const skipped = new Set(['/lost+found']);

/** Folders into which a role may want to write something new, however big they are. */
const openAnyway =
  /^\/(usr|usr\/local(\/[^/]+)?|var(\/(cache|lib|local|log|mail|opt|spool))?|opt|home|home\/[^/]+|root|srv)$/;

/** Bound rather than copied: the state folder is no place for somebody's keys. */
const personal = /^\/(home|root)\//;

/** What keeps these limits is copied rather than bound, so that a role may write to it. */
const smallTree = { entries: 2000, bytes: 4 * 1024 * 1024 };

/**
 * Decide how each part of the host's tree appears in a machine.
 *
 * An overlay where that works. Otherwise: /etc and small folders are copied, big ones bound read-only, and folders in which roles
 * create things are made anew with their children treated by the same rule. Reads the host's tree, writes nothing.
 */
export function planTree(options: TreeOptions, host: Pick<HostTree, keyof HostTree> = new HostTree()): TreePlan {
  const directories: Folder[] = [...fresh].map(([path, mode]) => ({ path, mode, uid: 0, gid: 0 }));
  const links: { path: string; target: string }[] = [];
  const copies: string[] = [];
  const mounts: Mount[] = [];
  const prepared = { directories: [] as Folder[], links: [], copies: [] as string[] };

  const place = (path: string): void => {
    if (fresh.has(path) || skipped.has(path) || options.binds.includes(path) || path === options.state) return;
    const kind = host.kind(path);
    if (kind === 'link') links.push({ path, target: host.linkTarget(path) });
    else if (kind === 'file') placeFile(path);
    else if (kind === 'directory') placeDirectory(path);
  };
  const placeFile = (path: string): void => {
    if (path.lastIndexOf('/') === 0 || !host.isReadable(path)) return;
    if (host.isSmall(path, smallTree) && !personal.test(path)) copies.push(path);
    else mounts.push({ kind: 'read-only', path });
  };
  const placeDirectory = (path: string): void => {
    const directory = host.folder(path);
    if (!host.isReadable(path)) directories.push(directory);
    else if (isInside(options.state, path)) open(directory);
    else if (options.overlay) overlay(directory);
    else if (path === '/etc') copies.push(path);
    else if (openAnyway.test(path)) open(directory);
    else if (host.isSmall(path, smallTree) && !personal.test(path)) copies.push(path);
    else mounts.push({ kind: 'read-only', path });
  };
  const open = (directory: Folder): void => {
    directories.push(directory);
    for (const child of host.children(directory.path)) place(child);
  };
  const overlay = (directory: Folder): void => {
    const { path } = directory;
    directories.push(directory);
    mounts.push({ kind: 'overlay', path, index: mounts.length, lower: lowerOf(directory) });
    if (path === '/var') mounts.push({ kind: 'own', path: '/var/tmp' });
    // An overlay shows what lies below a mount point, not what is mounted there.
    for (const point of host.mountsBelow(path)) {
      if (point !== options.state && !isInside(options.state, point)) mounts.push({ kind: 'read-only', path: point });
    }
  };
  // The one mapped id may change neither folders nor files of ids that are not mapped: they must be its own.
  const lowerOf = (directory: Folder): LowerLayers => {
    if (options.privilege === 'root') return 'host';
    if (directory.path === '/etc') prepared.copies.push('/etc');
    else prepared.directories.push(directory, ...host.folders(directory.path, preparedDepth));
    return directory.path === '/etc' ? 'prepared' : 'prepared-on-host';
  };

  for (const path of host.children('/')) place(path);
  // Outer binds first: an inner one would be hidden by it.
  for (const path of options.binds.toSorted()) mounts.push({ kind: 'bind', path });
  return { directories, links, copies, mounts, prepared };
}

/** Depth to which folders below `path` are prepared for the one mapped id. */
function preparedDepth(path: string): number {
  if (path === '/var' || path === '/usr/local') return 4;
  return path === '/usr' ? 2 : 1;
}

/** True when `path` lies below `folder`; a path is not below itself. */
export function isInside(path: string, folder: string): boolean {
  return folder === '/' ? path !== '/' : path.startsWith(`${folder}/`);
}
