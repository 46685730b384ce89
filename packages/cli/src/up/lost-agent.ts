import {
  declareLost,
  type Epoch,
  type IncarnationRecord,
  parse,
  type RoleRecord,
  type Store,
  systemClock,
  type WaitRecord,
} from '@heddle/core';
import type { AgentExit } from './agent-process.ts';

/**
 * End the roles of an agent that has ended, unless another one has the node, which may be on another machine. Resolves with those that it ended.
 *
 * @param waits  What is waited for now, of any role: a record outlives its agent for a while.
 */
export async function endRoles(
  store: Store,
  epoch: Epoch,
  node: string,
  exit: AgentExit,
  waits: readonly WaitRecord[],
): Promise<readonly RoleRecord[]> {
  const entry = await store.get(epoch.keys.incarnation(node));
  if (entry === undefined) return declareLost(store, epoch, node, exit.text, systemClock, { waits });
  const { incarnation, isLost } = parse<IncarnationRecord>(entry);
  const isOwn =
    exit.incarnation === undefined ? !(await hasMember(store, epoch, node)) : String(incarnation) === exit.incarnation;
  if (!isOwn && isLost !== true) return [];
  const lost = { rev: entry.rev, guard: epoch.openGuard };
  return declareLost(store, epoch, node, exit.text, systemClock, { lost, waits });
}

async function hasMember(store: Store, epoch: Epoch, node: string): Promise<boolean> {
  return (await store.get(epoch.keys.member(node))) !== undefined;
}
