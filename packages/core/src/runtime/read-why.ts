import { toHeddleError } from '../errors/heddle-error.ts';
import { splitName } from '../plan/names.ts';
import type { IncarnationRecord } from '../records/incarnation-record.ts';
import { type RoleRecord, wasLeft } from '../records/role-record.ts';
import { inParallel } from '../store/in-parallel.ts';
import { epochKeys } from '../store/keys.ts';
import type { Entry, Store } from '../store/store.ts';
import { namedOutputs, type WhyState } from '../views/holdups.ts';
import type { DeploymentState } from '../views/status.ts';
import { type Isolation, type OpenRecord, parse } from './epoch.ts';
import { getAllowed } from './get-allowed.ts';
import { readSuperseded } from './rerun/read-superseded.ts';
import { readState } from './state-follower.ts';
import { hasValue } from './wait/output-waiter.ts';

/** Read the state of a deployment once, with which of its roles are outdated. Throws not-found and store errors. */
export async function readShownState(store: Store, deployment: string, epoch?: string): Promise<DeploymentState> {
  const state = await readState(store, deployment, epoch);
  return { ...state, superseded: await readSuperseded(store, epochKeys(deployment, state.epoch), state.roles) };
}

/**
 * Read the state of a deployment once, with which of the awaited outputs are there, and which roles are outdated.
 *
 * Values are looked up after the roles: the end record of a role is its last write, so what is absent then never comes.
 * Of an output that this connection may not see, the record of the wait is believed.
 * @param target  What `whyView` will be asked about.
 * @throws not-found and store errors.
 */
export async function readWhyState(
  store: Store,
  deployment: string,
  epoch?: string,
  target?: string,
): Promise<WhyState> {
  const state = await readShownState(store, deployment, epoch);
  const present = new Set<string>();
  const hidden = new Set<string>();
  await inParallel(namedOutputs(state, target), async (name) => {
    try {
      for (const found of await presentOutputs(store, state, [name])) present.add(found);
    } catch (thrown) {
      if (toHeddleError(thrown).code !== 'denied') throw thrown;
      hidden.add(name);
    }
  });
  return { ...state, present, hidden };
}

/** Who runs a node of an epoch, or its nodes. */
export interface Runner {
  /** A `heddle up` is there that starts their agents; false for who may not know. */
  readonly isUp: boolean;
  /** How whoever began the epoch runs them; absent: each is run where it is. */
  readonly isolation?: Isolation;
  /** The node's last agent answered for a role that was a command which somebody typed, with `heddle exec`, and for those of the start beside it. */
  readonly typed?: { readonly role: string; readonly beside: readonly string[] };
}

/** True while a `heddle up` is there: the entry of one that was killed stays for a while, but its agents have ended because of that. */
export function isUpThere(entry: Entry | undefined, roles: readonly RoleRecord[]): boolean {
  if (entry === undefined) return false;
  const { since = '' } = parse<{ readonly since?: string }>(entry);
  return !roles.some((role) => wasLeft(role) && since < (role.endedAt ?? ''));
}

/** Read who runs a node of an epoch, which may be closed. Throws store errors. */
export async function readRunner(
  store: Store,
  { deployment, epoch, roles: records }: Pick<DeploymentState, 'deployment' | 'epoch' | 'roles'>,
  node: string,
): Promise<Runner> {
  const keys = epochKeys(deployment, epoch);
  const [open, up, agent] = await Promise.all([
    store.get(keys.open()),
    getAllowed(store, keys.up()),
    getAllowed(store, keys.incarnation(node)),
  ]);
  const isolation = open === undefined ? undefined : parse<OpenRecord>(open).isolation;
  const roles = agent === undefined ? undefined : parse<IncarnationRecord>(agent).roles;
  const role = roles?.at(-1);
  return {
    isUp: isUpThere(up, records),
    ...(isolation === undefined ? {} : { isolation }),
    ...(role === undefined ? {} : { typed: { role, beside: roles?.slice(0, -1) ?? [] } }),
  };
}

/** Tell which of these outputs, `NODE.OUTPUT`, are there. Throws store errors. */
export async function presentOutputs(
  store: Store,
  { deployment, epoch }: { readonly deployment: string; readonly epoch: string },
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const keys = epochKeys(deployment, epoch);
  const present = new Set<string>();
  await inParallel(names, async (name) => {
    if (hasValue(await store.get(keys.value(...splitName(name))))) present.add(name);
  });
  return present;
}
