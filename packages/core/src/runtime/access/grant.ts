import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Key, Store, StoreCredentials } from '../../store/store.ts';
import { secretOf } from '../capabilities.ts';
import { accessPlan } from './access-plan.ts';

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

/** Give every node of an epoch its rights; answers the credentials by node. Throws denied; store errors. */
export async function grantAccess(
  store: Store,
  plan: Plan,
  keys: EpochKeys,
): Promise<ReadonlyMap<string, StoreCredentials> | undefined> {
  return store.access?.grant(accessPlan(plan, keys), { timeoutMs: grantTimeoutMs });
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
