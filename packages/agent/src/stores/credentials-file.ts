import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError, type Json, type StoreCredentials } from '@heddle/core';
import { makeFolder } from '@heddle/store-embedded/make-folder';

/** For which node of which epoch credentials are, or for which group: of a machine that fetches those of its node with them. */
export type Grantee = { readonly deployment: string; readonly epoch: string } & (
  | { readonly node: string; readonly group?: undefined }
  | { readonly node?: undefined; readonly group: string }
);

/** The file of somebody's credentials, JSON, readable by its owner only. */
export type CredentialsFile = Grantee & {
  readonly heddleCredentials: 1;
  readonly user: string;
  readonly password: string;
  readonly grant?: Json;
};

export interface GrantedCredentials {
  readonly deployment: string;
  readonly epoch: string;
  readonly credentials: ReadonlyMap<string, StoreCredentials>;
}

/** Give what the file of somebody's credentials holds. */
export function credentialsContent(grantee: Grantee, credentials: StoreCredentials): CredentialsFile {
  return { heddleCredentials: 1, ...grantee, ...credentials };
}

/**
 * Write the credentials of every node to a file of its own, `DIRECTORY/EPOCH/NODE.json`, with mode 0600; one that is there is replaced.
 *
 * @returns The files by node.
 * @throws What the file system throws.
 */
export async function writeCredentials(
  directory: string,
  granted: GrantedCredentials,
): Promise<ReadonlyMap<string, string>> {
  const { deployment, epoch, credentials } = granted;
  const folder = join(directory, epoch);
  makeFolder(folder, 0o700);
  const files = new Map<string, string>();
  for (const [node, given] of credentials) {
    const content = credentialsContent({ deployment, epoch, node }, given);
    const file = join(folder, `${node}.json`);
    // Removed first: a file that exists would keep its mode.
    await rm(file, { force: true });
    await writeFile(file, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
    files.set(node, file);
  }
  return files;
}

/** Read what `writeCredentials` wrote for a node. @throws config-invalid, which quotes nothing of the file. */
export async function readCredentialsFile(file: string): Promise<StoreCredentials> {
  const { user, password, grant } = await readFileOf(file);
  return { user, password, ...(grant === undefined ? {} : { grant }) };
}

/** Read for whom a file's credentials are. @throws config-invalid, which quotes nothing of the file. */
export async function readGrantee(file: string): Promise<Grantee> {
  const { deployment, epoch, node, group } = await readFileOf(file);
  return node === undefined ? { deployment, epoch, group } : { deployment, epoch, node };
}

async function readFileOf(file: string): Promise<CredentialsFile> {
  const next = ['heddle seed writes one for every node: copy the one of this node here'];
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HeddleError('config-invalid', `the credentials cannot be read: ${(cause as Error).message}`, {
      cause,
      next,
    });
  });
  const content = parseFile(text);
  if (content === undefined) {
    throw new HeddleError('config-invalid', `${file} holds no credentials of a node, or those of a newer Heddle`, {
      next,
    });
  }
  return content;
}

function parseFile(text: string): CredentialsFile | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes what it read, which is a password here.
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { heddleCredentials, node, group, ...texts } = content as Partial<CredentialsFile>;
  const isWhole =
    (['deployment', 'epoch', 'user', 'password'] as const).every((name) => typeof texts[name] === 'string') &&
    (typeof node === 'string') !== (typeof group === 'string');
  return heddleCredentials === 1 && isWhole ? (content as CredentialsFile) : undefined;
}
