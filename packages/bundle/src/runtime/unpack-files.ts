import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';

/** A file as it has to be. */
export interface UnpackedFile {
  readonly content: Buffer;
  readonly isProgram: boolean;
}

/** Permissions by which others than the owner write. */
const writableByOthers = 0o022;

/**
 * Make sure that a folder holds these files as they are here: what is missing, damaged or changed is written anew.
 *
 * Every file appears whole, by a rename, and a process uses the folder only after it has looked at every file. So several processes may
 * do this at once, and one that was killed leaves nothing that another takes for whole.
 *
 * @param home  Absolute; neither it nor `folder`, which lies below it, may be writable by others.
 * @param files  By path below `folder`.
 * @throws denied when others could change the files; config-invalid when they cannot be written.
 */
export function unpackFiles(home: string, folder: string, files: ReadonlyMap<string, UnpackedFile>): void {
  try {
    makeFolder(home, 0o700);
    requireOwn(home);
    const checked = new Set([home]);
    for (const [path, file] of files) {
      const target = join(folder, path);
      makeFolders(dirname(target), checked);
      if (!isWhole(target, file)) write(folder, target, file);
    }
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    throw new HeddleError('config-invalid', `Heddle's own files cannot be unpacked: ${(thrown as Error).message}`, {
      cause: thrown,
      next: ['set HEDDLE_HOME to a folder that this user can write to'],
    });
  }
}

/** Make a folder and those above it, down from the first that is known to be ours alone. */
function makeFolders(folder: string, checked: Set<string>): void {
  if (checked.has(folder)) return;
  makeFolders(dirname(folder), checked);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  requireOwn(folder);
  checked.add(folder);
}

/** Refuse a folder in which somebody else could put other programs. */
function requireOwn(folder: string): void {
  const stats = lstatSync(folder);
  const owners = [0, process.getuid?.() ?? stats.uid];
  if (stats.isDirectory() && owners.includes(stats.uid) && (stats.mode & writableByOthers) === 0) return;
  throw new HeddleError(
    'denied',
    `Heddle's own files are not unpacked into ${folder}: ${stats.isDirectory() ? 'others than this user may change it' : 'it is no folder'}`,
    { next: [`chown and chmod go-w ${folder}, or set HEDDLE_HOME to another folder`] },
  );
}

function isWhole(path: string, { content, isProgram }: UnpackedFile): boolean {
  const stats = statsOf(path);
  if (stats === undefined || !stats.isFile() || (stats.mode & writableByOthers) !== 0) return false;
  if (isProgram && (stats.mode & 0o100) === 0) return false;
  return stats.size === content.byteLength && content.equals(readFileSync(path));
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(folder: string, target: string, { content, isProgram }: UnpackedFile): void {
  const partial = join(folder, `.partial-${randomUUID()}`);
  try {
    writeFileSync(partial, content, { flag: 'wx', mode: isProgram ? 0o755 : 0o644 });
    renameSync(partial, target);
  } finally {
    rmSync(partial, { force: true });
  }
}
