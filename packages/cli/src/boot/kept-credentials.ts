import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CredentialsFile, type Grantee, readGrantee } from '@heddle/agent';

/** Credentials that are on this machine, and in the store, too, for all that it knows. */
export type PendingCredentials = CredentialsFile & {
  /** By it the store knows who has taken them out. */
  readonly mark: string;
};

/** Where a machine that has joined a group keeps the credentials of its node: they are out of the store. */
export function fetchedFile(directory: string): string {
  return join(directory, 'credentials.json');
}

/** Where it keeps them until it knows that they are. */
export function pendingFile(directory: string): string {
  return join(directory, 'credentials.pending.json');
}

/**
 * Read the mark under which this machine began to take the credentials of a node, and did not come to its end.
 *
 * @returns undefined when it did not begin, or is another node by now, as an image of a machine is.
 * @throws config-invalid when its file cannot be read.
 */
export async function pendingMark(directory: string, wanted: Grantee): Promise<string | undefined> {
  const file = pendingFile(directory);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { deployment, epoch, node } = await readGrantee(file);
  const isWanted = deployment === wanted.deployment && epoch === wanted.epoch && node === wanted.node;
  return isWanted ? (JSON.parse(text) as Partial<PendingCredentials>).mark : undefined;
}

/** Write a file that only its owner reads, whole or not at all; when this resolves, it survives a loss of power. Throws what the file system throws. */
export async function keepPending(directory: string, content: PendingCredentials): Promise<void> {
  const [file, part] = [pendingFile(directory), partFile(directory)];
  // Removed first: a file that exists would keep its mode.
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Keep what is pending for good: it is out of the store. Where a loss of power undoes this, it is done again. */
export function confirmPending(directory: string): Promise<void> {
  return rename(pendingFile(directory), fetchedFile(directory));
}

/** Keep nothing of what is pending. */
export async function forgetPending(directory: string): Promise<void> {
  await rm(partFile(directory), { force: true });
  await rm(pendingFile(directory), { force: true });
}

/** What a loss of power may have left half written. */
function partFile(directory: string): string {
  return `${pendingFile(directory)}.part`;
}
