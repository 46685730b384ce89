import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { download } from './download.ts';
import type { NodeFile } from './node-file.ts';
import { type PatienceOptions, patiently } from './patience.ts';
import { withoutSecrets } from './url-user.ts';

/** Larger archives are refused, in bytes. */
const maxSizeBytes = 512 * 1024 * 1024;

/**
 * Fetch the archive (tar, gzipped) with what the roles run, and unpack it to `content` in a folder; nothing is done when it is there.
 *
 * The folder appears whole or not at all, and nothing of an archive is unpacked before its sha256 was found right.
 * @returns The unpacked folder.
 * @throws As `download`; tool-missing without tar; config-invalid when it is no such archive.
 */
export async function ensureContent(
  content: NonNullable<NodeFile['content']>,
  directory: string,
  options: PatienceOptions,
): Promise<string> {
  const folder = join(directory, 'content');
  // Says which archive the folder holds; gone while the folder changes.
  const mark = join(directory, 'content.sha256');
  if ((await textOf(mark)) === content.sha256 && (await isFolder(folder))) {
    options.say('the content is there already');
    return folder;
  }
  for (const name of await readdir(directory)) {
    if (name.startsWith('content.partial')) await rm(join(directory, name), { recursive: true, force: true });
  }
  const archive = join(directory, 'content.partial.tar.gz');
  const fresh = join(directory, 'content.partial');
  const { signal } = options;
  await patiently(
    'the content',
    () => download({ url: content.url, sha256: content.sha256, file: archive, maxSizeBytes, signal }),
    options,
  );
  await mkdir(fresh, { mode: 0o755 });
  await unpack(archive, fresh, withoutSecrets(content.url), signal);
  await rm(mark, { force: true });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await writeFile(mark, content.sha256, { mode: 0o600 });
  await rm(archive);
  return folder;
}

/** Owners in the archive are those of another machine. */
const tarOptions = ['--extract', '--gzip', '--no-same-owner', '--no-same-permissions'];

function unpack(archive: string, folder: string, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('tar', [...tarOptions, '--file', archive, '--directory', folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 2000) said += text;
    });
    child.once('error', (cause) => {
      if (signal.aborted) return reject(signal.reason as Error);
      reject(
        new HeddleError('tool-missing', `tar cannot be started: ${cause.message}`, {
          cause,
          next: ['apt-get install tar gzip'],
        }),
      );
    });
    child.once('close', (code, ending) => {
      if (code === 0) return resolve();
      const why = said.trim().split('\n')[0] ?? '';
      const how = code === null ? `was ended by ${ending}` : `exit code ${code}`;
      reject(
        new HeddleError('config-invalid', `${name} cannot be unpacked: ${why === '' ? `tar: ${how}` : why}`, {
          next: ['make the archive with: tar -czf content.tar.gz -C FOLDER .'],
        }),
      );
    });
  });
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
