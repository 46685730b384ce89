import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError, type Json, type StoreCredentials } from '@heddle/core';

/** The file of one node's credentials, JSON, readable by its owner only. */
export interface CredentialsFile {
  readonly heddleCredentials: 1;
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly user: string;
  readonly password: string;
  readonly grant?: Json;
}

/** For which node of which epoch credentials are. */
export type Grantee = Pick<CredentialsFile, 'deployment' | 'epoch' | 'node'>;

export interface GrantedCredentials {
  readonly deployment: string;
  readonly epoch: string;
  readonly credentials: ReadonlyMap<string, StoreCredentials>;
}

/** Give what the file of each node's credentials holds, by node. */
export function credentialsContent({
  deployment,
  epoch,
  credentials,
}: GrantedCredentials): ReadonlyMap<string, CredentialsFile> {
  return new Map(
    [...credentials].map(([node, given]) => [node, { heddleCredentials: 1, deployment, epoch, node, ...given }]),
  );
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
  const folder = join(directory, granted.epoch);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, string>();
  for (const [node, content] of credentialsContent(granted)) {
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

/** Read for which node of which epoch a file's credentials are. @throws config-invalid, which quotes nothing of the file. */
export async function readGrantee(file: string): Promise<Grantee> {
  const { deployment, epoch, node } = await readFileOf(file);
  return { deployment, epoch, node };
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
  const { heddleCredentials, ...texts } = content as Partial<CredentialsFile>;
  const isWhole = (['deployment', 'epoch', 'node', 'user', 'password'] as const).every(
    (name) => typeof texts[name] === 'string',
  );
  return heddleCredentials === 1 && isWhole ? (content as CredentialsFile) : undefined;
}
