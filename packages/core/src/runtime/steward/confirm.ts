import { toHeddleError } from '../../errors/heddle-error.ts';
import { splitName } from '../../plan/names.ts';
import type { IncarnationRecord } from '../../records/incarnation-record.ts';
import type { RoleRecord } from '../../records/role-record.ts';
import { isEnded } from '../../records/role-record.ts';
import { delay } from '../../time/clock.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { hasValue } from '../wait/output-waiter.ts';
import type { Evidence } from './evidence.ts';
import type { Blocked, GraphWait, Want } from './wait-graph.ts';

/** Milliseconds between the two collections: a reader whose value has come takes its wait away within them, at most 400 after it came. */
const betweenMs = 450;

/** What is learned while it is looked whether a deadlock is one. */
export interface ConfirmHandler {
  /** An output, `NODE.OUTPUT`, is there. */
  found(output: string): void;
}

/**
 * Look twice whether all that proves a deadlock is so: the waits; what they wait for; the waits once more, unchanged.
 *
 * No snapshot over many keys is needed: a wait that stands at both times with one revision was there all the time, and while all of them
 * stand nobody writes. Answers false as soon as one thing is otherwise, or the session changed meanwhile. Throws store errors.
 */
export async function isConfirmed(
  session: NodeSession,
  { blocked, wants }: Evidence,
  handler: ConfirmHandler,
): Promise<boolean> {
  let isRenewed = false;
  const stop = session.onRenewed(() => {
    isRenewed = true;
  });
  try {
    if (!(await all(blocked, (one) => isStillBlocked(session, one)))) return false;
    if (!(await all(wants, (want) => isStillAbsent(session, want, handler)))) return false;
    await delay(session.clock, betweenMs);
    return (await all(blocked, (one) => isStillBlocked(session, one))) && !isRenewed;
  } finally {
    stop();
  }
}

async function isStillBlocked(session: NodeSession, { role, wait }: Blocked): Promise<boolean> {
  if (wait !== undefined) return (await isWaitThere(session, wait)) && isAgentThere(session, wait);
  // It waits for its turn: neither has it started nor has it ended.
  const state = (await roleRecord(session, role))?.state ?? 'pending';
  return state === 'pending';
}

async function isWaitThere(session: NodeSession, { key, rev }: GraphWait): Promise<boolean> {
  return (await session.store.get(key))?.rev === rev;
}

/** The wait of an agent that was killed stands until its session ends; the next agent of the node need not wait for anything. */
async function isAgentThere(session: NodeSession, { record }: GraphWait): Promise<boolean> {
  if (record.incarnation === undefined) return true;
  const entry = await session.store.get(session.epoch.keys.incarnation(record.node));
  return entry !== undefined && String(parse<IncarnationRecord>(entry).incarnation) === record.incarnation;
}

async function isStillAbsent(
  session: NodeSession,
  { producer, output }: Want,
  { found }: ConfirmHandler,
): Promise<boolean> {
  const record = await roleRecord(session, producer);
  if (record !== undefined && isEnded(record.state)) return false;
  if (output === undefined) return true;
  const key = session.epoch.keys.value(...splitName(output));
  try {
    const isThere = hasValue(await session.store.get(key));
    if (isThere) found(output);
    return !isThere;
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'denied') throw thrown;
    // The steward need not be somebody who may read it. A wait of its node is part of the proof, and says all that the node has published.
    return true;
  }
}

async function roleRecord(session: NodeSession, id: string): Promise<RoleRecord | undefined> {
  const entry = await session.store.get(session.epoch.keys.role(...splitName(id)));
  return entry && parse<RoleRecord>(entry);
}

async function all<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(items.map(holds))).every(Boolean);
}
