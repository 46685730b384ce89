import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openStore } from '@heddle/agent';
import { HeddleError, isHeddleError, type Json, type Plan, type Store, withoutPassword } from '@heddle/core';
import type { LoadWith } from '../scale/load-scaled.ts';
import { loadPlan } from './load.ts';
import { stateDirectory, storeUrl } from './locate.ts';
import type { DeploymentOptions } from './options.ts';

export interface FoundDeployment {
  readonly storeUrl: string;
  readonly deployment: string;
  /** The folder of the deployment file, absolute; without a file the working directory. */
  readonly directory: string;
  /** What the file says now, when a file was read; the stored plan may be another one. */
  readonly plan?: Plan;
  /** Read that file with other sizes of groups than it says. */
  readonly load?: LoadWith;
}

/**
 * Find store and deployment from flags, environment, the file, or the `.heddle` folder here.
 *
 * @param params  From `--set`; a file may need them.
 * @throws usage when nothing says it; config-invalid and plan-invalid for the file.
 */
export async function findDeployment(
  options: DeploymentOptions,
  params?: Readonly<Record<string, Json>>,
): Promise<FoundDeployment> {
  const deployment = options.deployment ?? process.env['HEDDLE_DEPLOYMENT'];
  const store = options.store ?? process.env['HEDDLE_STORE'];
  const here = process.cwd();
  if (options.file === undefined && deployment !== undefined && store !== undefined) {
    return { deployment, storeUrl: storeUrl({ deployment, store, directory: here }, store), directory: here };
  }
  const file = options.file ?? (existsSync('heddle.yaml') ? 'heddle.yaml' : undefined);
  if (file !== undefined) {
    const load = (counts?: Readonly<Record<string, number>>) =>
      loadPlan(file, { ...(counts === undefined ? {} : { counts }), ...(params === undefined ? {} : { params }) });
    const plan = await load();
    const name = deployment ?? plan.deployment;
    const directory = dirname(resolve(file));
    return {
      deployment: name,
      storeUrl: storeUrl({ ...plan, deployment: name, directory }, store),
      directory,
      plan,
      load,
    };
  }
  const name = deployment ?? (await onlyDeployment());
  return { deployment: name, storeUrl: store ?? `embedded:${existing(name)}`, directory: here };
}

/** Give the store's URL for people, where it is another one than the deployment has beside its file by default. */
export function otherStore({ storeUrl: url, directory, deployment }: FoundDeployment): string | undefined {
  return url === `embedded:${stateDirectory(directory, deployment)}` ? undefined : withoutPassword(url);
}

/**
 * Open the store of a deployment that is only looked at, use it, and close it.
 *
 * @throws not-found when it is a folder that does not exist: looking must not create it.
 */
export async function withStore<T>(found: FoundDeployment, use: (store: Store) => Promise<T>): Promise<T> {
  const { storeUrl: url, deployment, directory } = found;
  const folder = /^embedded:(.*)$/.exec(url)?.[1];
  if (folder !== undefined && !existsSync(folder)) {
    throw new HeddleError(
      'not-found',
      `deployment ${deployment} has no store yet: the folder ${folder} does not exist`,
      {
        next: ['heddle up FILE, or heddle seed FILE, starts the deployment', ...howToName],
      },
    );
  }
  try {
    const store = await openStore(url, { directory });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'unavailable' || thrown.next.includes(askDoctor)) throw thrown;
    const { message, notes, next, details } = thrown;
    throw new HeddleError('unavailable', message, { notes, next: [...next, askDoctor], details, cause: thrown });
  }
}

const askDoctor = 'heddle doctor  says what is reachable';

function existing(deployment: string): string {
  const directory = stateDirectory(process.cwd(), deployment);
  if (existsSync(directory)) return directory;
  throw new HeddleError(
    'not-found',
    `there is no state of a deployment ${deployment} in ${join(process.cwd(), '.heddle')}`,
    { next: howToName },
  );
}

const howToName = ['go to the folder of the deployment file, or say --file FILE, or --store URL --deployment NAME'];

async function onlyDeployment(): Promise<string> {
  const folder = join(process.cwd(), '.heddle');
  const names = existsSync(folder) ? await readdir(folder) : [];
  if (names.length === 1 && names[0] !== undefined) return names[0];
  if (names.length === 0)
    throw new HeddleError('usage', 'there is neither a heddle.yaml nor a .heddle folder here', { next: howToName });
  throw new HeddleError('usage', `several deployments are here: ${names.sort().join(', ')}`, {
    next: ['say which: --deployment NAME'],
  });
}
