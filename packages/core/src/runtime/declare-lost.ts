import { HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { IncarnationRecord } from '../records/incarnation-record.ts';
import { isEnded, type RoleRecord } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import type { Store } from '../store/store.ts';
import { runAgainText } from '../text/run-again.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/clock.ts';
import { type Epoch, parse, readSlice } from './epoch.ts';
import { NodeSession, type NodeSessionOptions } from './node-session.ts';
import { doingText } from './wait/messages.ts';
import { hasValue } from './wait/output-waiter.ts';

/** Which agent is lost, where the caller has not ended it itself. */
export interface LostAgent extends Pick<NodeSessionOptions, 'lost' | 'roles'> {
  /** What was waited for when it was last seen: then the errors say what each role did. @default not known */
  readonly waits?: readonly WaitRecord[];
}

/**
 * Declare a node lost: fence its agent, then end its unfinished roles, so that nobody waits for them.
 *
 * Call it only when the agent is known to be gone, or name the one that is. A role that ended before stands as it is; so does what was
 * published.
 * @param why    What is known of it, `its agent was ended by SIGKILL`.
 * @param agent  The incarnation that is lost, the roles that it answers for, and what they waited for. @default whatever it is, and all roles
 * @returns The roles that were ended, each with the error of its record.
 * @throws fenced when the node has another incarnation by now; store errors.
 */
export async function declareLost(
  store: Store,
  epoch: Epoch,
  node: string,
  why: string,
  clock: Clock,
  { waits, ...agent }: LostAgent = {},
): Promise<readonly RoleRecord[]> {
  const slice = await readSlice(store, epoch, node);
  const session = await NodeSession.begin({ store, epoch, node, clock, announce: false, ...agent });
  const lost: RoleRecord[] = [];
  for (const role of slice.node.roles) {
    const { name } = role;
    if (agent.roles?.includes(name) === false) continue;
    const key = epoch.keys.role(node, name);
    const entry = await store.get(key);
    const before = entry === undefined ? undefined : parse<RoleRecord>(entry);
    if (before !== undefined && isEnded(before.state)) continue;
    const wait = waits?.find((one) => one.edge && one.node === node && one.role === name);
    const seen = waits === undefined ? '' : `; last seen: ${seenText(before, wait, clock.wallMs())}`;
    const error = new HeddleError('producer-lost', `${node} role ${name} is lost: ${why}${seen}`, {
      next: [`${runAgainText({ node, role: name })}, runs it again`],
    });
    const unwritten = await unwrittenOf(store, epoch, node, role);
    const record: RoleRecord = {
      ...before,
      state: 'lost',
      node,
      role: name,
      incarnation: session.incarnation,
      endedAt: isoTime(clock),
      error: error.toJSON(),
      ...(unwritten === undefined ? {} : { unwritten, withoutValue: unwritten }),
    };
    await session.write(key, record);
    lost.push(record);
  }
  return lost;
}

function seenText(before: RoleRecord | undefined, wait: WaitRecord | undefined, nowMs: number): string {
  return doingText(
    {
      ...(before === undefined ? {} : { producer: before }),
      ...(wait === undefined ? {} : { producerWait: wait }),
    },
    nowMs,
  );
}

/** Tell whether a node has no agent because it was declared lost: its old agent may take it again. Throws store errors. */
export async function isDeclaredLost(store: Store, epoch: Epoch, node: string): Promise<boolean> {
  const entry = await store.get(epoch.keys.incarnation(node));
  return entry !== undefined && parse<IncarnationRecord>(entry).isLost === true;
}

/** Outputs without a value, now that nobody can write one; undefined: this node may not read them. */
async function unwrittenOf(
  store: Store,
  epoch: Epoch,
  node: string,
  { outputs }: PlanRole,
): Promise<readonly string[] | undefined> {
  try {
    const values = await Promise.all(outputs.map(({ name }) => store.get(epoch.keys.value(node, name))));
    return outputs.map(({ name }) => name).filter((_name, index) => !hasValue(values[index]));
  } catch (thrown) {
    if (toHeddleError(thrown).code !== 'denied') throw thrown;
    return undefined;
  }
}
