import { canonicalJson, type Json } from '../values/json.ts';
import { roleDigest } from './digest.ts';
import type { PlanNode, PlanRole } from './plan.ts';

/** The part of a node that a plan and a stored slice have in common. */
type Named = Pick<PlanNode, 'name' | 'roles'>;

/**
 * Say in which ways a plan does something else than another, for people; none: what ran under one stays good under the other.
 *
 * Deadlines, places in the file and what a role comes after are no such changes.
 */
export function planChanges(before: readonly Named[], now: readonly Named[]): readonly string[] {
  const old = new Map(before.map((node) => [node.name, node]));
  const names = new Set(now.map(({ name }) => name));
  const gone = before.filter(({ name }) => !names.has(name)).map(({ name }) => `node ${name} is gone`);
  const changed = now.flatMap((node) => {
    const known = old.get(node.name);
    return known === undefined ? [`node ${node.name} is new`] : nodeChanges(known, node);
  });
  return [...gone, ...changed];
}

function nodeChanges(before: Named, { name: node, roles }: Named): string[] {
  const old = new Map(before.roles.map((role) => [role.name, role]));
  const names = roles.map(({ name }) => name);
  const gone = before.roles
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `role ${name} of ${node} is gone`);
  const changed = roles.flatMap((role) => {
    const known = old.get(role.name);
    if (known === undefined) return [`role ${role.name} of ${node} is new`];
    if (roleDigest(known) === roleDigest(role)) return [];
    const parts = changedParts(known, role);
    return [
      `role ${role.name} of ${node} has ${parts.length === 0 ? 'another definition' : `other ${parts.join(' and ')}`}`,
    ];
  });
  const all = [...gone, ...changed];
  const isReordered = all.length === 0 && before.roles.map(({ name }) => name).join() !== names.join();
  return isReordered ? [`the roles of ${node} come in another order`] : all;
}

function changedParts(before: PlanRole, now: PlanRole): string[] {
  const parts: readonly [string, (role: PlanRole) => unknown][] = [
    ['adapters', (role) => role.adapter],
    ['options', (role) => role.options],
    [
      'inputs',
      (role) =>
        role.inputs.map(({ path, expression, missing, default: fallback = null }) => [
          path,
          expression,
          missing,
          fallback,
        ]),
    ],
    ['outputs', (role) => role.outputs.map(({ name, path, sensitive, publish }) => [name, path, sensitive, publish])],
  ];
  const text = (value: unknown) => canonicalJson(value as Json);
  return parts.filter(([, of]) => text(of(before)) !== text(of(now))).map(([name]) => name);
}
