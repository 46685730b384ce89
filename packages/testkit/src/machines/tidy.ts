import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initFile, preparedFolder, workFolder } from './layout.ts';
import type { Privilege } from './types.ts';

/**
 * Leave in the state folder only what the machines wrote, and that removable by its owner.
 *
 * Overlayfs keeps a folder of mode 000 in each work folder, and a role may have made folders that their owner cannot enter.
 */
export function tidyState(state: string, names: readonly string[], privilege: Privilege): void {
  // The lock file stays: whoever holds the next lock must hold it on this file.
  rmSync(join(state, '.switch.sh'), { force: true });
  for (const name of names) {
    const directory = join(state, name);
    removeFolder(join(directory, workFolder));
    rmSync(join(directory, initFile), { force: true });
    if (privilege === 'user') openFolders(join(directory, 'root'));
  }
  if (privilege === 'user') openFolders(join(state, preparedFolder));
}

/** Remove a folder of ours, also when folders in it are closed to us. */
export function removeFolder(path: string): void {
  openFolders(path);
  rmSync(path, { recursive: true, force: true });
}

function openFolders(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== process.geteuid?.()) return;
  if ((stat.mode & 0o700) !== 0o700) chmodSync(path, stat.mode | 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) openFolders(join(path, entry.name));
  }
}
