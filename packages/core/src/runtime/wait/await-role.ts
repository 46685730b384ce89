import { setMaxListeners } from 'node:events';
import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { PlanRole, RoleRef } from '../../plan/plan.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { WatchHandler } from '../../store/store.ts';
import { runAgainText } from '../../text/run-again.ts';
import { formatDuration } from '../../time/duration.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { LastingWait } from './lasting-wait.ts';
import { afterDeadline, afterText, cycleError, nextAfter, positionNote, roleText } from './messages.ts';
import { mostEdges } from './most-edges.ts';
import { judgeProducer } from './never-coming.ts';

/** The name of this wait in records, where reads have their input. */
const inputName = 'after';
/** Of how many roles an error says what they are doing. */
const mostExplained = 5;

export interface AfterObserver {
  waiting(record: WaitRecord): void;
  /** Called every 15 s of the wait, with a line for people. */
  stillToRun(role: string, text: string): void;
  /** The wait could not be recorded; it goes on. */
  recordFailed(error: Error): void;
}

/**
 * Wait until the roles that must come before have succeeded. The clock of the role's deadline starts with this call.
 *
 * @throws aborted; wait-timeout; producer-failed or producer-lost when one of them ended otherwise; the signal's reason when it is aborted.
 */
export async function awaitRoles(
  session: NodeSession,
  role: PlanRole,
  signal: AbortSignal,
  observer: AfterObserver,
): Promise<void> {
  if (role.after.length === 0) return;
  const { clock } = session;
  const sinceMs = clock.wallMs();
  const startMs = clock.monotonicMs();
  const open = new Set(role.after);
  const known: Known = { records: new Map(), away: new Set() };
  const ended = new AbortController();
  // One for each role that comes before: a group has any number of members.
  setMaxListeners(0, ended.signal);
  const describe = (): WaitRecord => ({
    node: session.node,
    role: role.name,
    incarnation: session.incarnation,
    input: inputName,
    missing: [...open].slice(0, mostEdges).map(refName),
    missingCount: open.size,
    producers: [...open].slice(0, mostEdges).map(refName),
    since: new Date(sinceMs).toISOString(),
    deadline: new Date(sinceMs + role.deadlineMs).toISOString(),
    edge: true,
    written: session.written,
  });
  const waitedMs = () => clock.monotonicMs() - startMs;
  const who = whoText(session, role);
  const wait = new LastingWait(
    {
      session,
      // Number 0: reads of the role count from 1.
      key: session.epoch.keys.wait(session.node, role.name, 0),
      describe,
      leftMs: role.deadlineMs,
      signal,
      what: () => `${session.node} role ${role.name} runs after ${[...open].map(refName).join(', ')}`,
    },
    {
      recorded: (record) => observer.waiting(record),
      condemned: (verdict) =>
        ended.abort(cycleError(`${who} waits to run after ${namesText([...open])}`, verdict, waitedMs())),
      failed: (error) => observer.recordFailed(error),
      lasts: () => observer.stillToRun(role.name, stillText(session, role, [...open], known, waitedMs())),
      timedOut: () => ended.abort(timeoutError(session, role, [...open], known)),
      ended: (reason) => ended.abort(reason),
    },
  );
  wait.start();
  try {
    await Promise.all(
      role.after.map(async (ref) => {
        const record = await firstEnd(session, ref, ended.signal, known);
        checkSuccess(session, role, ref, record, waitedMs());
        open.delete(ref);
      }),
    );
  } catch (thrown) {
    ended.abort(thrown);
    throw thrown;
  } finally {
    await wait.stop();
  }
}

function checkSuccess(session: NodeSession, role: PlanRole, ref: RoleRef, record: RoleRecord, waitedMs: number): void {
  if (record.state === 'done') return;
  const why = judgeProducer(record, 'success');
  throw new HeddleError(
    why?.code ?? 'producer-failed',
    `${whoText(session, role)} runs after ${refName(ref)}, which did not succeed: ${why?.because ?? record.state}${afterText(waitedMs)}`,
    {
      notes: why?.notes ?? [],
      details: { firstCause: why?.firstCause },
      next: why === undefined ? [] : nextAfter(why.firstCause),
    },
  );
}

function timeoutError(
  session: NodeSession,
  role: PlanRole,
  open: readonly RoleRef[],
  { records, away }: Known,
): HeddleError {
  const what = `${whoText(session, role)} waited ${formatDuration(role.deadlineMs)} to run after ${namesText(open)}`;
  if (open.some((ref) => away.has(ref))) {
    return new HeddleError(
      'unavailable',
      `${what}: the store does not answer, so nobody can say whether that has succeeded`,
      { next: [`check that the store runs, then run ${runAgainText({ node: session.node, role: role.name })}`] },
    );
  }
  return new HeddleError('wait-timeout', what, {
    notes: open.slice(0, mostExplained).map((ref) => {
      const producer = records.get(ref);
      return `role: ${roleText(ref, producer === undefined ? {} : { producer }, session.clock.wallMs())}`;
    }),
    next: afterDeadline(
      { node: session.node, role: role.name },
      'that has ended well',
      `the role "${role.name}"`,
      role,
    ),
  });
}

/** Say what a long wait is for, what the first of those roles is doing, for how long it has lasted and may last. */
function stillText(
  session: NodeSession,
  role: PlanRole,
  open: readonly RoleRef[],
  { records, away }: Known,
  waitedMs: number,
): string {
  const [first] = open;
  if (first === undefined) return '';
  const producer = records.get(first);
  const doing = open.some((ref) => away.has(ref))
    ? 'the store does not answer'
    : `role: ${roleText(first, producer === undefined ? {} : { producer }, session.clock.wallMs())}`;
  const left = formatDuration(Math.max(0, role.deadlineMs - waitedMs));
  return `${whoText(session, role)} has waited ${formatDuration(waitedMs)} to run after ${namesText(open)}; ${doing}; ${left} left`;
}

/** Name the first of some roles, and how many more there are. */
function namesText([first, ...others]: readonly RoleRef[]): string {
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `${first === undefined ? '' : refName(first)}${more}`;
}

/** Name the role that waits, and its place in the deployment file. */
function whoText(session: NodeSession, role: PlanRole): string {
  return `${session.node} role ${role.name}${positionNote(role)}`;
}

function refName({ node, role }: RoleRef): string {
  return `${node}.${role}`;
}

/** What is known of the roles that come before. */
interface Known {
  readonly records: Map<RoleRef, RoleRecord>;
  /** Those of which the store does not tell at the moment. */
  readonly away: Set<RoleRef>;
}

async function firstEnd(
  session: NodeSession,
  ref: RoleRef,
  signal: AbortSignal,
  { records, away }: Known,
): Promise<RoleRecord> {
  let onAbort: (() => void) | undefined;
  let close: (() => Promise<void>) | undefined;
  try {
    return await new Promise<RoleRecord>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const nothing = () => undefined;
      const handler: WatchHandler = {
        state(entry) {
          try {
            const record = parse<RoleRecord>(entry);
            records.set(ref, record);
            if (isEnded(record.state)) resolve(record);
          } catch (error) {
            reject(toHeddleError(error));
          }
        },
        gone: nothing,
        synced: nothing,
        status: (status) => void (status === 'down' ? away.add(ref) : away.delete(ref)),
        failed: reject,
      };
      const watch = session.store.watch(session.epoch.keys.role(ref.node, ref.role), handler, { below: false });
      close = () => watch.close();
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    await close?.();
  }
}
