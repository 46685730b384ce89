import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Make a folder and those above it that are missing.
 *
 * The first of them is made by itself: with `recursive`, `mkdir` of Node.js never ends where the system takes no folder, as in /proc.
 * @param folder  Absolute.
 * @param mode  Of all that are made. @default 0o777
 * @returns The first one that was missing; undefined when there was none.
 * @throws What the file system throws, or an error that names the folder in which none can be made.
 */
export function makeFolder(folder: string, mode = 0o777): string | undefined {
  let first: string | undefined;
  for (let above = folder; !existsSync(above); above = dirname(above)) first = above;
  if (first !== undefined) makeFirst(first, mode);
  mkdirSync(folder, { recursive: true, mode });
  return first;
}

function makeFirst(folder: string, mode: number): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (existsSync(folder)) return;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`no folder can be made in ${dirname(folder)}`, { cause: error });
  }
}
