import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { RoleRef } from '../../plan/plan.ts';
import type { RetryRecord } from '../../records/retry-record.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import { type Entry, encodeRecord, type Rev, type Store } from '../../store/store.ts';
import { type Clock, isoTime } from '../../time/clock.ts';
import type { Json } from '../../values/json.ts';
import { type Epoch, parse } from '../epoch.ts';
import { readRequest } from './take-request.ts';

const mostAttempts = 5;

/** A request to run roles again, while it is not taken. */
export interface RerunRequest {
  /** The nodes that are asked, in the order of their names. */
  readonly nodes: readonly string[];
  /** Take it back for a node of which nobody runs the roles: they stand as they were. False: it was taken meanwhile. */
  withdraw(node: string): Promise<boolean>;
}

interface Reset {
  readonly before: Entry;
  readonly rev: Rev;
}

/**
 * Ask whoever runs these roles' nodes to run them again. All of them are pending before the first is asked for, so that no reader judges a
 * producer by how it ended before.
 *
 * @param by  Who asks, `root@ops`.
 * When that cannot be done for all of them, they stand as they were.
 * @throws fenced when the epoch is closed; ambiguous when others keep changing the same records; store errors.
 */
export async function requestRerun(
  store: Store,
  epoch: Epoch,
  roles: readonly RoleRef[],
  by: string,
  clock: Clock,
): Promise<RerunRequest> {
  const resets = new Map<string, Reset[]>(roles.map(({ node }) => [node, []]));
  const nodes = [...resets.keys()].sort();
  const restore = async (node: string) => {
    for (const { before, rev } of resets.get(node) ?? []) {
      await store.put(before.key, before.value, { expect: { rev }, guards: [epoch.openGuard] });
    }
  };
  const withdraw = async (node: string) => {
    const request = await readRequest(store, epoch, node);
    if (request === undefined) return false;
    const removed = await store.delete(epoch.keys.retry(node), { expect: { rev: request.rev } });
    if (removed.ok) await restore(node);
    return removed.ok;
  };
  const asked = new Set<string>();
  try {
    for (const ref of roles) {
      const reset = await resetRole(store, epoch, ref);
      if (reset !== undefined) resets.get(ref.node)?.push(reset);
    }
    for (const node of nodes) {
      const names = roles.filter((ref) => ref.node === node).map(({ role }) => role);
      await putRequest(store, epoch, node, names, { by, at: isoTime(clock) });
      asked.add(node);
    }
  } catch (thrown) {
    await restoreAll(nodes, (node) => (asked.has(node) ? withdraw(node) : restore(node)));
    throw thrown;
  }
  return { nodes, withdraw };
}

/** Restore as many nodes as can be: what failed before is what is told, and a role that stays pending can be asked for again. */
async function restoreAll(nodes: readonly string[], restore: (node: string) => Promise<unknown>): Promise<void> {
  await Promise.allSettled(nodes.map(restore));
}

/** Make a role that has ended pending; undefined when it has not. Its agent never writes an ended record again, so nothing of it is lost. */
async function resetRole(store: Store, epoch: Epoch, ref: RoleRef): Promise<Reset | undefined> {
  const key = epoch.keys.role(ref.node, ref.role);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const [before, incarnation] = await Promise.all([store.get(key), store.get(epoch.keys.incarnation(ref.node))]);
    if (before === undefined || incarnation === undefined) return undefined;
    const record = parse<RoleRecord>(before);
    if (!isEnded(record.state)) return undefined;
    const pending: RoleRecord = { state: 'pending', node: ref.node, role: ref.role, incarnation: record.incarnation };
    const guards = [epoch.openGuard, { key: incarnation.key, rev: incarnation.rev }];
    try {
      const put = await store.put(key, encodeRecord(pending as unknown as Json), {
        expect: { rev: before.rev },
        guards,
      });
      if (put.ok) return { before, rev: put.rev };
    } catch (thrown) {
      // Another agent took the node at this moment: look again what stands there. A closed epoch is told by the next look.
      const error = toHeddleError(thrown);
      if (error.code !== 'fenced' || attempt === mostAttempts - 1) throw error;
    }
  }
  throw keepsChanging(ref.node);
}

async function putRequest(
  store: Store,
  epoch: Epoch,
  node: string,
  roles: readonly string[],
  who: Pick<RetryRecord, 'by' | 'at'>,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const asked = await readRequest(store, epoch, node);
    const record: RetryRecord = { roles: [...new Set([...(asked?.record.roles ?? []), ...roles])], ...who };
    const put = await store.put(epoch.keys.retry(node), encodeRecord(record as unknown as Json), {
      expect: asked === undefined ? { absent: true } : { rev: asked.rev },
      guards: [epoch.openGuard],
    });
    if (put.ok) return;
  }
  throw keepsChanging(node);
}

function keepsChanging(node: string): HeddleError {
  return new HeddleError('ambiguous', `the records of node ${node} keep changing: others ask for the same`, {
    next: ['heddle status'],
  });
}
