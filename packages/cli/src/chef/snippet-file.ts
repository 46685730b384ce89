import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isOutsideFile, outsideFile } from '@heddle/adapter-chef';
import { HeddleError } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';

/** What became of the file. */
export interface SnippetChange {
  /** Absolute. */
  readonly file: string;
  readonly changed: boolean;
}

/**
 * Drop the file by which the Chef runs of a configuration folder talk to the agent of this machine. A second time changes nothing.
 *
 * @param configDirectory  The folder of solo.rb or client.rb; its `client.d` is made when it is missing.
 * @param socket  Where the agent serves, absolute.
 * @throws config-invalid when the folder does not exist or cannot be written, or another file is in the way.
 */
export async function installSnippet(configDirectory: string, socket: string): Promise<SnippetChange> {
  const directory = resolve(configDirectory);
  await requireFolder(directory);
  const file = snippetFile(directory);
  const text = outsideFile(socket);
  const found = await readOwn(file);
  if (found === text) return { file, changed: false };
  const unfinished = `${file}.${randomUUID()}`;
  await touching(file, async () => {
    makeFolder(join(directory, 'client.d'));
    try {
      // Chef may start at any moment, and reads what ends in .rb: it never sees half a file.
      await writeFile(unfinished, text, { mode: 0o644, flag: 'wx' });
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  });
  return { file, changed: true };
}

/**
 * Remove the file that `installSnippet` dropped, and nothing else. A second time changes nothing.
 *
 * @throws config-invalid when it cannot be removed, or is another file.
 */
export async function uninstallSnippet(configDirectory: string): Promise<SnippetChange> {
  const file = snippetFile(resolve(configDirectory));
  if ((await readOwn(file)) === undefined) return { file, changed: false };
  await touching(file, () => rm(file));
  return { file, changed: true };
}

function snippetFile(directory: string): string {
  return join(directory, 'client.d', 'heddle.rb');
}

async function requireFolder(directory: string): Promise<void> {
  let isFolder = false;
  try {
    isFolder = (await stat(directory)).isDirectory();
  } catch (error) {
    if (!isAbsence(error)) throw unreadable(directory, error);
  }
  if (isFolder) return;
  throw new HeddleError('config-invalid', `there is no folder ${directory} with a Chef configuration`, {
    next: ['name the folder of your solo.rb or client.rb: --config-dir FOLDER'],
  });
}

/** Undefined when there is none; throws for a file of somebody else. */
async function readOwn(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw unreadable(file, error);
  }
  if (isOutsideFile(text)) return text;
  throw new HeddleError('config-invalid', `${file} was not written by heddle chef install: it stays as it is`, {
    next: ['look at it, and move it away'],
  });
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: string, error: unknown): HeddleError {
  return new HeddleError('config-invalid', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
}

async function touching(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new HeddleError('config-invalid', `${file} cannot be changed: ${(error as Error).message}`, {
      cause: error,
      next: ['run the command as a user that may write there, or say --config-dir FOLDER'],
    });
  }
}
