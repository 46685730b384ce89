import { access, constants, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readTls } from '@heddle/agent';
import { type AccessMode, HeddleError, isMap, type Json, type Store } from '@heddle/core';
import { hasPassword } from '../deployment/agent-command.ts';

export interface EnvironmentOptions {
  readonly store: Store;
  /** The store's URL. */
  readonly url: string;
  readonly access: AccessMode;
}

/**
 * See that the environment file can be written before an epoch is started: credentials that are lost are lost.
 *
 * @throws usage for a file that is somebody else's; config-invalid for a folder that cannot be written to.
 */
export async function prepareEnvironment(file: string, options: EnvironmentOptions): Promise<void> {
  const { store, url } = options;
  const isGranted = options.access !== 'shared' && store.access !== undefined && (await store.access.mayGrant());
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
