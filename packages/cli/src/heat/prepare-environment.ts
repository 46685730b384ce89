import { access, constants, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readTls } from '@heddle/agent';
import { type AccessMode, HeddleError, isMap, type Json, type Plan, type Store } from '@heddle/core';
import { hasPassword } from '../deployment/agent-command.ts';

export interface EnvironmentOptions {
  readonly plan: Plan;
  readonly store: Store;
  /** The store's URL. */
  readonly url: string;
  readonly access: AccessMode;
}

/**
 * See that the environment file can be written before an epoch is started: credentials that are lost are lost.
 *
 * @throws usage for a file that is somebody else's; config-invalid for a folder that cannot be written to, and for a group with more credentials than
 *   its members' user data can bring.
 */
export async function prepareEnvironment(file: string, options: EnvironmentOptions): Promise<void> {
  const { plan, store, url } = options;
  const isGranted = options.access !== 'shared' && store.access !== undefined && (await store.access.mayGrant());
  if (isGranted) checkGroups(plan, url);
  const authorities = (await readTls(process.env))?.authorities;
  if (!isGranted && authorities === undefined && !hasPassword(url)) return;
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    throw new HeddleError('config-invalid', `the stack's environment cannot be written: ${(cause as Error).message}`, {
      cause,
      next: [elsewhere, ...(isGranted ? ['or --access shared: all machines connect alike'] : [])],
    });
  }
  if (await isSomebodys(file)) {
    throw new HeddleError('usage', `${file} is there, and heddle seed has not written it`, { next: [elsewhere] });
  }
}

const elsewhere = 'heddle seed --environment FILE writes it elsewhere';

/** True for what is there and holds more than Heddle's own parameters. */
async function isSomebodys(file: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
  try {
    const { parameters, ...rest } = JSON.parse(text) as { readonly parameters?: Json };
    const isOurs = isMap(parameters) && Object.keys(parameters).every((name) => name.startsWith('heddle_'));
    return !isOurs || Object.keys(rest).length > 0;
  } catch {
    // Heddle writes JSON.
    return true;
  }
}

/** Bytes of the credentials of one node, by the scheme of the store's URL; those of ZooKeeper have what each rule hands out. */
const credentialBytes: Readonly<Record<string, number>> = { zk: 2200, zks: 2200, etcd: 200, etcds: 200 };
/** Bytes of credentials that fit into user data beside all else. */
const mostCredentialBytes = 30_000;

/** Members of a group share their user data, which has the credentials of all of them. */
function checkGroups({ nodes }: Plan, url: string): void {
  const eachBytes = credentialBytes[url.slice(0, url.indexOf(':'))];
  if (eachBytes === undefined) return;
  const members = new Map<string, number>();
  for (const { group } of nodes) if (group !== null) members.set(group, (members.get(group) ?? 0) + 1);
  for (const [group, count] of members) {
    if (count * eachBytes <= mostCredentialBytes) continue;
    throw new HeddleError(
      'config-invalid',
      `the credentials of the ${count} members of group ${group} do not fit into their user data, which all of them share: about ${eachBytes} bytes each, ${mostCredentialBytes} in all`,
      { next: ['--access shared: all machines connect alike'] },
    );
  }
}
