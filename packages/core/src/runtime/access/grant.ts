import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Key, Store, StoreCredentials } from '../../store/store.ts';
import { secretOf } from '../capabilities.ts';
import { accessPlan, joinerOf } from './access-plan.ts';

/**
 * Who the nodes are to the store: `node`: each somebody of its own, or the start is refused; `shared`: all connect with the credentials
 * that started the epoch; `best`: `node` where the store can and the user who starts it may, `shared` elsewhere, but not with secrets on a
 * store that other machines reach: that all nodes read them has to be said.
 */
export type AccessMode = 'node' | 'shared' | 'best';

/** Milliseconds for the rights of all nodes: etcd takes about 50 for each password. */
const grantTimeoutMs = 300_000;

/**
 * Decide who the nodes of an epoch will be to the store.
 *
 * @throws capability-missing, denied when what is asked for cannot be had; store errors.
 */
export async function chooseAccess(store: Store, plan: Plan, mode: AccessMode): Promise<Exclude<AccessMode, 'best'>> {
  if (mode === 'shared') return mode;
  const problem = await whyNot(store);
  if (problem === undefined) return 'node';
  if (mode === 'node') throw problem;
  const secret = store.capabilities.distributed ? secretOf(plan) : undefined;
  if (secret === undefined) return 'shared';
  throw new HeddleError(
    'capability-missing',
    `${secret}, and every node could read it, because all would share your credentials: ${problem.message}`,
    { cause: problem, next: problem.next },
  );
}

/** What everybody in an epoch connects with. */
export interface Granted {
  /** By node. */
  readonly nodes: ReadonlyMap<string, StoreCredentials>;
  /** By group: of a machine that has not fetched those of its node yet. */
  readonly groups: ReadonlyMap<string, StoreCredentials>;
}

/**
 * Give every node of an epoch its rights, and those who join its groups theirs; answers the credentials.
 *
 * @throws denied; store errors.
 */
export async function grantAccess(
  store: Store,
  plan: Plan,
  keys: EpochKeys,
  joined: readonly string[] = [],
): Promise<Granted | undefined> {
  const granted = await store.access?.grant(accessPlan(plan, keys, joined), { timeoutMs: grantTimeoutMs });
  if (granted === undefined) return undefined;
  const nodes = new Map(granted);
  const groups = new Map<string, StoreCredentials>();
  for (const group of joined) {
    const given = granted.get(joinerOf(group));
    if (given !== undefined) groups.set(group, given);
    nodes.delete(joinerOf(group));
  }
  return { nodes, groups };
}

/** Take back what the nodes of a closed epoch were granted, where this connection may: its `open` record fences them in any case. */
export async function revokeAccess(store: Store, scope: Key): Promise<void> {
  if ((await whyNot(store)) === undefined) await store.access?.revoke(scope, { timeoutMs: grantTimeoutMs });
}

async function whyNot({ access, capabilities }: Store): Promise<HeddleError | undefined> {
  if (access === undefined) {
    const text = 'this store gives no node rights of its own';
    const next = capabilities.acl ? [] : ['give credentials: HEDDLE_STORE_USER and HEDDLE_STORE_PASSWORD_FILE'];
    return new HeddleError('capability-missing', capabilities.acl ? text : `${text} to who shows no credentials`, {
      next: [...next, 'or --access shared: every node connects as you do'],
    });
  }
  if (await access.mayGrant()) return undefined;
  return new HeddleError('denied', 'this user of the store may not hand out rights', {
    next: ['use the credentials of an administrator of the store', 'or --access shared: every node connects as you do'],
  });
}
