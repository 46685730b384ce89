import { HeddleError } from '../../errors/heddle-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Key, Store, StoreCredentials } from '../../store/store.ts';
import { accessPlan } from './access-plan.ts';

/**
 * Who the nodes are to the store: `node`: each somebody of its own, or the start is refused; `shared`: all connect with the credentials
 * that started the epoch; `best`: `node` where the store can and the user who starts it may, `shared` elsewhere.
 */
export type AccessMode = 'node' | 'shared' | 'best';

/** Milliseconds for the rights of all nodes: etcd takes about 50 for each password. */
const grantTimeoutMs = 300_000;

/**
 * Give every node of an epoch its rights and credentials.
 *
 * @returns The credentials by node; undefined when all nodes share those of this connection.
 * @throws capability-missing, denied when `node` is asked for and cannot be had; store errors.
 */
export async function grantAccess(
  store: Store,
  plan: Plan,
  keys: EpochKeys,
  mode: AccessMode,
): Promise<ReadonlyMap<string, StoreCredentials> | undefined> {
  if (mode === 'shared') return undefined;
  const problem = await whyNot(store);
  if (problem === undefined) return store.access?.grant(accessPlan(plan, keys), { timeoutMs: grantTimeoutMs });
  if (mode === 'best') return undefined;
  throw problem;
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
