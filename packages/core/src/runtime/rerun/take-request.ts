import { toHeddleError } from '../../errors/heddle-error.ts';
import type { RetryRecord } from '../../records/retry-record.ts';
import type { Rev, Store } from '../../store/store.ts';
import { type Epoch, parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';

/** A request to run roles of a node again, as it stands in the store. */
export interface StoredRequest {
  readonly record: RetryRecord;
  readonly rev: Rev;
}

/** How often a request that somebody adds to meanwhile is looked at again. */
const mostAttempts = 5;

/** Read what is asked of a node; undefined when nothing is. */
export async function readRequest(store: Store, epoch: Epoch, node: string): Promise<StoredRequest | undefined> {
  const entry = await store.get(epoch.keys.retry(node));
  return entry === undefined ? undefined : { record: parse<RetryRecord>(entry), rev: entry.rev };
}

/**
 * Take what is asked of the session's node, so that nobody else does.
 *
 * @returns The names of the roles to run again; none when nothing is asked.
 * @throws fenced and store errors.
 */
export async function takeRequest(session: NodeSession): Promise<readonly string[]> {
  const { store, epoch, node } = session;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const request = await readRequest(store, epoch, node);
    if (request === undefined) return [];
    if (await removeRequest(session, request)) return request.record.roles;
  }
  // What is left stays asked: whoever adds to it goes on waiting.
  return [];
}

/** Remove a request of the session's node; false when somebody has added to it, or taken it, meanwhile. Throws fenced and store errors. */
export async function removeRequest(session: NodeSession, { rev }: StoredRequest): Promise<boolean> {
  const { store, epoch, node, guards } = session;
  try {
    return (await store.delete(epoch.keys.retry(node), { expect: { rev }, guards })).ok;
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'ambiguous') throw thrown;
    // Gone: by this agent, or taken back at this moment, which asks for one run too many at most.
    return (await store.get(epoch.keys.retry(node))) === undefined;
  }
}
