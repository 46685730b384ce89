import { HeddleError } from '../../errors/heddle-error.ts';
import { groupSizes } from '../../plan/growth.ts';
import type { Plan, PlanNode } from '../../plan/plan.ts';
import type { AccessExtension, AccessPlan, AccessRule } from '../../store/access.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Store, StoreCredentials } from '../../store/store.ts';
import { accessPlan } from './access-plan.ts';

/** Milliseconds for the rights of all that join. */
const extendTimeoutMs = 300_000;

export interface Joining {
  /** The nodes that are there, without those that join. */
  readonly before: readonly PlanNode[];
  /** With them. */
  readonly plan: Pick<Plan, 'nodes' | 'groups' | 'deployment'>;
  /** The names of those that join. */
  readonly joining: readonly string[];
  /** What the others connect with, as far as it is known here. */
  readonly known: ReadonlyMap<string, StoreCredentials>;
}

/**
 * Give nodes that join an epoch the rights that the other members of their groups have; answers their credentials by node.
 *
 * @throws capability-missing when the store cannot, or the others would need other rights than they have; config-invalid, denied, store errors.
 */
export async function extendAccess(
  store: Store,
  keys: EpochKeys,
  { before, plan, joining, known }: Joining,
): Promise<ReadonlyMap<string, StoreCredentials>> {
  const now = accessPlan(plan, keys);
  const old = accessPlan({ nodes: before, groups: groupSizes(before) }, keys);
  const granted = new Map(old.rules.map((rule) => [keyOf(rule), rule]));
  if (store.access?.extend === undefined || !isKept(old, now, granted)) {
    const what =
      store.access?.extend === undefined
        ? 'this store gives no rights to nodes that join an epoch'
        : 'with more members, nodes that are there would need other rights';
    throw new HeddleError(
      'capability-missing',
      `the nodes of ${plan.deployment} have credentials of their own, and ${what}`,
      {
        next: ['write the larger count into the file, then heddle up  starts a new epoch'],
      },
    );
  }
  const added = now.rules.filter((rule) => !granted.has(keyOf(rule)));
  const extension: AccessExtension = { plan: now, joining, added, known };
  return store.access.extend(extension, { timeoutMs: extendTimeoutMs });
}

/** Whether everybody who is there keeps exactly the rights that it has. */
function isKept(old: AccessPlan, now: AccessPlan, granted: ReadonlyMap<string, AccessRule>): boolean {
  const text = ({ readers, writers }: AccessRule) => JSON.stringify([readers, writers]);
  const isSameRule = now.rules.every((rule) => {
    const before = granted.get(keyOf(rule));
    return before === undefined || text(before) === text(rule);
  });
  return (
    isSameRule &&
    [...old.members].every(([node, sets]) => now.members.get(node)?.every((set) => sets.includes(set)) === true)
  );
}

function keyOf({ prefix }: AccessRule): string {
  return JSON.stringify(prefix);
}
