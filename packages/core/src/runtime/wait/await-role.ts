import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { PlanRole, RoleRef } from '../../plan/plan.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { judgeProducer } from './never-coming.ts';

/**
 * Wait until a role that must come before has succeeded.
 *
 * It has no deadline of its own: the role that it waits for ends, or its node is declared lost.
 * @throws producer-failed or producer-lost when that role ended otherwise; the signal's reason when it is aborted.
 */
export async function awaitRole(
  session: NodeSession,
  role: PlanRole,
  ref: RoleRef,
  signal: AbortSignal,
): Promise<void> {
  const record = await firstEnd(session, ref, signal);
  if (record.state === 'done') return;
  const why = judgeProducer(record, 'success');
  throw new HeddleError(
    why?.code ?? 'producer-failed',
    `${session.node} role ${role.name} runs after ${ref.node}.${ref.role}, which did not succeed: ${why?.because ?? record.state}`,
    {
      notes: why?.notes ?? [],
      details: { firstCause: why?.firstCause },
      next: [`repair role ${ref.role} of ${ref.node}, then run heddle up again`],
    },
  );
}

async function firstEnd(session: NodeSession, ref: RoleRef, signal: AbortSignal): Promise<RoleRecord> {
  let onAbort: (() => void) | undefined;
  let close: (() => Promise<void>) | undefined;
  try {
    return await new Promise<RoleRecord>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const nothing = () => undefined;
      const watch = session.store.watch(session.epoch.keys.role(ref.node, ref.role), {
        state(entry) {
          try {
            const record = parse<RoleRecord>(entry);
            if (isEnded(record.state)) resolve(record);
          } catch (error) {
            reject(toHeddleError(error));
          }
        },
        gone: nothing,
        synced: nothing,
        status: nothing,
      });
      close = () => watch.close();
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    await close?.();
  }
}
