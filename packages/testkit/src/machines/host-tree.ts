import { accessSync, constants, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export type EntryKind = 'directory' | 'file' | 'link' | 'other';

/** A folder with what a copy of it must have; ids as the host sees them. */
export interface Folder {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Questions to the host's file tree; what cannot be read counts as empty. */
export class HostTree {
  readonly #mountPoints: readonly string[];

  constructor(mountPoints = hostMountPoints()) {
    this.#mountPoints = mountPoints;
  }

  kind(path: string): EntryKind {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return 'directory';
    if (stat?.isSymbolicLink()) return 'link';
    return stat?.isFile() ? 'file' : 'other';
  }

  linkTarget(path: string): string {
    return readlinkSync(path);
  }

  /** Describe a folder; its owner may always list and write, as a machine's root would. */
  folder(path: string): Folder {
    const { mode, uid, gid } = lstatSync(path);
    return { path, mode: (mode & 0o7777) | 0o700, uid, gid };
  }

  isReadable(path: string): boolean {
    try {
      accessSync(path, this.kind(path) === 'directory' ? constants.R_OK | constants.X_OK : constants.R_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** Absolute paths of the entries of a folder, in name order. */
  children(path: string): string[] {
    try {
      return readdirSync(path)
        .toSorted()
        .map((name) => join(path, name));
    } catch {
      return [];
    }
  }

  /** True when the tree at `path` keeps both limits; stops reading as soon as it does not. */
  isSmall(path: string, limits: { readonly entries: number; readonly bytes: number }): boolean {
    let entries = 0;
    let bytes = 0;
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const stat = lstatSync(next, { throwIfNoEntry: false });
      entries += 1;
      bytes += stat?.size ?? 0;
      if (entries > limits.entries || bytes > limits.bytes) return false;
      if (stat?.isDirectory()) pending.push(...this.children(next));
    }
    return true;
  }

  /** Folders below `path`, parents first, as deep as `depthOf` says for a folder on the way (the longest reach counts). */
  folders(path: string, depthOf: (path: string) => number): Folder[] {
    const found: Folder[] = [];
    const visit = (folder: string, reach: number): void => {
      if (reach === 0) return;
      for (const child of this.children(folder)) {
        if (this.kind(child) !== 'directory' || !this.isReadable(child)) continue;
        found.push(this.folder(child));
        visit(child, Math.max(reach - 1, depthOf(child) > 1 ? depthOf(child) : 0));
      }
    };
    visit(path, depthOf(path));
    return found;
  }

  /** Folders below `path` on which something is mounted, outer ones first. */
  mountsBelow(path: string): string[] {
    return this.#mountPoints.filter((point) => point.startsWith(`${path}/`) && this.isReadable(point));
  }
}

/** Kernel interfaces, and what container engines mount for themselves. */
const uninteresting = /^\/(proc|sys|dev|run)(\/|$)|^\/var\/lib\/(docker|containerd|containers|kubelet|lxcfs)(\/|$)/;

function hostMountPoints(): string[] {
  const points = new Set<string>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const point = line
      .split(' ')[4]
      ?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (point === undefined || uninteresting.test(point)) continue;
    if (lstatSync(point, { throwIfNoEntry: false })?.isDirectory()) points.add(point);
  }
  return [...points].toSorted();
}
