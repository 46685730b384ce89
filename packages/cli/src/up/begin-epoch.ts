import {
  type Epoch,
  type HeddleError,
  type Isolation,
  openEpoch,
  resumeEpoch,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import {
  addCredentials,
  findCredentials,
  keepCredentials,
  prepareCredentials,
  readKeptCredentials,
} from '../deployment/keep-credentials.ts';
import { who } from '../deployment/who.ts';
import type { UpOptions } from './run-deployment.ts';

/** An epoch whose agents can be started. */
export interface BegunEpoch {
  readonly epoch: Epoch;
  /** The file of each node's credentials, where it has its own. */
  readonly credentials: ReadonlyMap<string, string>;
}

/** Start a new epoch. Throws what `startEpoch` throws; config-invalid when the credentials cannot be written. */
export async function beginEpoch(
  { plan, access, display }: Pick<UpOptions, 'plan' | 'access' | 'display'>,
  store: Store,
  isolation: Isolation,
): Promise<BegunEpoch> {
  if (access !== 'shared') await prepareCredentials(plan, store);
  const onCorrupt = ({ message }: HeddleError) => display.warn(message);
  const epoch = await startEpoch(store, plan, { access, isolation, onCorrupt });
  return { epoch, credentials: await keepCredentials(plan, epoch) };
}

/** Go on with the current epoch, whose groups may be larger now. Throws what `resumeEpoch` throws; config-invalid when credentials are missing. */
export async function goOnWithEpoch(
  { plan, display }: Pick<UpOptions, 'plan' | 'display'>,
  store: Store,
): Promise<BegunEpoch> {
  const epoch = await resumeEpoch(store, plan, {
    clock: systemClock,
    by: who(),
    credentials: await readKeptCredentials(plan, await openEpoch(store, plan.deployment)),
    onWait: (nodes) =>
      display.note(`waiting until the last agents of ${nodes.length} nodes are gone: ${nodes.slice(0, 5).join(', ')}`),
  });
  const { added, credentials } = epoch.grown;
  if (added.length > 0) display.note(`new members: ${added.slice(0, 10).join(', ')}${added.length > 10 ? ' ...' : ''}`);
  await addCredentials(plan, epoch, credentials);
  await epoch.grown.announce();
  return { epoch, credentials: await findCredentials(plan, epoch) };
}
