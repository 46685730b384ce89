import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';

export type Isolation = 'process' | 'machine';

const fileName = 'isolate';

/** Keep how the nodes of an epoch run, beside its state: who goes on with it by `--resume` alone must not run them otherwise. */
export async function keepIsolation(directory: string, isolation: Isolation): Promise<void> {
  await writeFile(join(directory, fileName), `${isolation}\n`, { mode: 0o600 });
}

/**
 * Choose how the nodes of an epoch that goes on run: as before.
 *
 * @param wanted  What was asked for, if anything.
 * @returns What was kept; `wanted`, otherwise `process`, where nothing was.
 * @throws usage when something else was asked for.
 */
export async function findIsolation(directory: string, wanted: Isolation | undefined): Promise<Isolation> {
  const kept = await readKept(directory);
  if (kept === undefined) return wanted ?? 'process';
  if (wanted !== undefined && wanted !== kept) {
    throw new HeddleError(
      'usage',
      `the epoch was begun with --isolate ${kept}, and cannot go on with --isolate ${wanted}`,
      {
        next: [
          `heddle up --resume  goes on with --isolate ${kept}`,
          `or heddle up --isolate ${wanted}  starts a new epoch`,
        ],
      },
    );
  }
  return kept;
}

async function readKept(directory: string): Promise<Isolation | undefined> {
  try {
    return (await readFile(join(directory, fileName), 'utf8')).trim() === 'machine' ? 'machine' : 'process';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
