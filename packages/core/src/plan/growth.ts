import type { Expression } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { groupRevision, type RoleRecord } from '../records/role-record.ts';
import { planChanges } from './changes.ts';
import { roleDigest } from './digest.ts';
import type { Plan, PlanNode, PlanRole } from './plan.ts';

/** How large a group was, and is. */
export interface GroupGrowth {
  readonly from: number;
  readonly to: number;
}

/** What a plan is to another one of the same epoch. */
export interface PlanGrowth {
  /** Groups of another size, larger or smaller. */
  readonly groups: Readonly<Record<string, GroupGrowth>>;
  /** The members that are new, in plan order. */
  readonly added: readonly string[];
  /** Everything else that is different, for people; none: the plan differs by nothing but sizes. */
  readonly others: readonly string[];
}

type Sized = Pick<Plan, 'nodes' | 'groups'>;

/**
 * Compare a plan with the nodes that an epoch has: the same roles on larger groups, or something else.
 *
 * That a role gathers from more members than before is part of the growth.
 *
 * @param hasRights  True where each node has rights of its own, as for `planChanges`. @default false
 */
export function planGrowth(stored: readonly PlanNode[], plan: Sized, hasRights = false): PlanGrowth {
  const before = groupSizes(stored);
  const groups: Record<string, GroupGrowth> = {};
  for (const [group, to] of Object.entries(plan.groups)) {
    const from = Object.hasOwn(before, group) ? before[group] : undefined;
    if (from !== undefined && from !== to) groups[group] = { from, to };
  }
  const names = new Set(stored.map(({ name }) => name));
  const added = plan.nodes.filter(
    ({ name, group }) => !names.has(name) && group !== null && Object.hasOwn(before, group),
  );
  const isAdded = new Set(added.map(({ name }) => name));
  const isCut = ({ group, index }: PlanNode) =>
    group !== null && index >= (plan.groups[group] ?? 0) && Object.hasOwn(groups, group);
  const others = planChanges(
    stored.filter((node) => !isCut(node)).map(withoutSizes),
    plan.nodes.filter(({ name }) => !isAdded.has(name)).map(withoutSizes),
    hasRights,
  );
  return { groups, added: added.map(({ name }) => name), others };
}

/** Count the members of each group. */
export function groupSizes(nodes: readonly PlanNode[]): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const { group, index } of nodes) if (group !== null) sizes[group] = Math.max(sizes[group] ?? 0, index + 1);
  return sizes;
}

/** Whether a role ran by a plan with other sizes: of groups that it gathers from, or of which it has looked up members by name. */
export function ranByOtherSizes(
  role: PlanRole,
  record: Pick<RoleRecord, 'digest' | 'inputRevisions'>,
  sizes: Readonly<Record<string, number>>,
): boolean {
  return record.digest !== undefined && (record.digest !== roleDigest(role) || resized(record, sizes).length > 0);
}

/** The groups, `GROUP[*]`, that have another size than when a role ran which gathers from them, or has looked up members by name. */
export function resizedGroups(
  role: PlanRole,
  record: Pick<RoleRecord, 'digest' | 'inputRevisions'>,
  sizes: Readonly<Record<string, number>>,
): readonly string[] {
  const isRedefined = record.digest !== undefined && record.digest !== roleDigest(role);
  const gathered = isRedefined
    ? role.inputs.flatMap(({ expression }) =>
        references(expression).flatMap((need) => ('group' in need ? [need.group] : [])),
      )
    : [];
  return [...new Set([...gathered, ...resized(record, sizes)].map(groupRevision))];
}

function resized(
  { inputRevisions = {} }: Pick<RoleRecord, 'inputRevisions'>,
  sizes: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(sizes).flatMap(([group, size]) => {
    const read = inputRevisions[groupRevision(group)];
    return read === undefined || read === String(size) ? [] : [group];
  });
}

function withoutSizes({ name, roles }: PlanNode): Pick<PlanNode, 'name' | 'roles'> {
  return {
    name,
    roles: roles.map((role) => ({
      ...role,
      inputs: role.inputs.map((input) => ({ ...input, expression: withoutSize(input.expression) })),
    })),
  };
}

function withoutSize(expression: Expression): Expression {
  switch (expression.kind) {
    case 'gather':
      return { ...expression, count: 0 };
    case 'text':
      return { ...expression, parts: expression.parts.map(withoutSize) };
    case 'list':
      return { ...expression, items: expression.items.map(withoutSize) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, withoutSize(value)]) };
    case 'call':
      return { ...expression, argument: withoutSize(expression.argument) };
    case 'choice':
      return { ...expression, cases: expression.cases.map(([value, item]) => [value, withoutSize(item)]) };
    case 'constant':
    case 'reference':
    case 'local':
    case 'dir':
    case 'static':
      return expression;
  }
}
