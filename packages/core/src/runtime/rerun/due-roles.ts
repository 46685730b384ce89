import { HeddleError } from '../../errors/heddle-error.ts';
import type { PlanRole, PlanSlice } from '../../plan/plan.ts';
import type { RetryRecord } from '../../records/retry-record.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import type { Rev } from '../../store/store.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { readRevisions } from './revisions.ts';
import { standingOf } from './standing.ts';
import { readRequest, removeRequest } from './take-request.ts';

/** How often a request that others change meanwhile is looked at again. */
const mostAttempts = 5;

/** What an agent that starts has to run, and how the roles stand that it need not run. */
export interface DueRoles {
  /** In the order in which they run. */
  readonly due: readonly PlanRole[];
  /** The records of all others, by role. */
  readonly ended: ReadonlyMap<string, RoleRecord>;
}

/**
 * Find out where an agent of this node takes up its roles, and make what is to be run again pending, before any reader judges it.
 *
 * A role that ended well, and whose definition and inputs are what they were, is not run again. When somebody asked for certain roles
 * (`heddle retry`), only those are run of the roles that have ended, and the request is taken.
 * @throws fenced; ambiguous when others keep changing what is asked; store errors.
 */
export async function takeDueRoles(session: NodeSession, slice: PlanSlice): Promise<DueRoles> {
  // Nobody was there before: nothing has ended, and nothing is asked.
  if (session.incarnation === '1') return { due: slice.node.roles, ended: new Map() };
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const due = await lookForDue(session, slice);
    if (due !== undefined) return due;
  }
  throw new HeddleError('ambiguous', `what is asked of node ${session.node} keeps changing`, {
    next: ['heddle status'],
  });
}

/**
 * Find out which of the roles that an agent runs at its start have not ended well, for an agent that runs one other role alone.
 *
 * @throws fenced; store errors.
 */
export async function takeStartRoles(session: NodeSession, slice: PlanSlice): Promise<readonly PlanRole[]> {
  const { store, epoch, node } = session;
  const started = slice.node.roles.filter(({ atStart }) => atStart === true);
  if (started.length === 0 || session.incarnation === '1') return started;
  const entries = await store.list([...epoch.keys.roles(), node]);
  const records = new Map(entries.map((entry) => [entry.key.at(-1) as string, parse<RoleRecord>(entry)]));
  const due = started.filter((role) => standingOf(role, records.get(role.name), new Map()) !== 'good');
  for (const { name } of due) if (records.has(name)) await makePending(session, name);
  return due;
}

/** Undefined: what is asked of the node has changed meanwhile, and would be run twice. */
async function lookForDue(session: NodeSession, slice: PlanSlice): Promise<DueRoles | undefined> {
  const { store, epoch, node } = session;
  const entries = await store.list([...epoch.keys.roles(), node]);
  const records = new Map(entries.map((entry) => [entry.key.at(-1) as string, parse<RoleRecord>(entry)]));
  const request = await readRequest(store, epoch, node);
  const revisions = await readRevisions(store, epoch, records.values(), peerSizes(slice));
  const due = slice.node.roles.filter((role) => isDue(role, records.get(role.name), revisions, request?.record));
  for (const { name } of due) if (records.has(name)) await makePending(session, name);
  if (request !== undefined && !(await removeRequest(session, request))) return undefined;
  const isTaken = new Set(due.map(({ name }) => name));
  return { due, ended: new Map([...records].filter(([name]) => !isTaken.has(name))) };
}

/** Make a role of the session's node pending again, after all of its records that are still queued: whoever needs its outputs waits. */
export async function makePending(session: NodeSession, role: string): Promise<void> {
  await session.recorded();
  const { node, incarnation } = session;
  const record: RoleRecord = { state: 'pending', node, role, incarnation };
  await session.write(session.epoch.keys.role(node, role), record);
}

/** How many members each group has of which roles of a node may look up members by name; none: no role has. */
export function peerSizes({ peers = [] }: PlanSlice): Readonly<Record<string, number>> {
  return Object.fromEntries(peers.flatMap(({ name, count }) => (count === null ? [] : [[name, count]])));
}

function isDue(
  role: PlanRole,
  record: RoleRecord | undefined,
  revisions: ReadonlyMap<string, Rev>,
  request: RetryRecord | undefined,
): boolean {
  const standing = standingOf(role, record, revisions);
  if (standing === 'unfinished' || request === undefined) return standing !== 'good';
  return request.roles.includes(role.name);
}
