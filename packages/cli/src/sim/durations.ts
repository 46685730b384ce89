import { HeddleError, type PlanNode, type PlanRole, suggest } from '@heddle/core';
import { findNode, type SizedPlan } from './find-node.ts';
import type { DurationRule } from './options.ts';

/** Milliseconds that a role works when nothing else is said. */
const defaultDurationMs = 10_000;
/** Milliseconds that a machine needs to tell its facts when nothing else is said of their role. */
const factsDurationMs = 1000;

/** List what the rules come to: all roles first, then some, the last rule of each. */
export function durationList(
  rules: readonly DurationRule[],
): readonly { readonly where?: string; readonly ms: number }[] {
  const byPlace = new Map<string, number>();
  let general = defaultDurationMs;
  for (const { where, ms } of rules) {
    if (where === undefined) general = ms;
    else byPlace.set(where, ms);
  }
  return [{ ms: general }, ...[...byPlace].map(([where, ms]) => ({ where, ms }))];
}

/**
 * Look up for how long each role works: as the narrowest rule says, of a node over its group over the role's name.
 *
 * @returns Milliseconds by node and role, without chance.
 * @throws usage, not-found for a rule about a role that there is not.
 */
export function durationsOf(
  rules: readonly DurationRule[],
  sized: SizedPlan,
): (node: Pick<PlanNode, 'name' | 'group'>, role: Pick<PlanRole, 'name' | 'atStart'>) => number {
  const [general, ...others] = durationList(rules);
  const byPlace = new Map(others.map(({ where = '', ms }) => [placeOf(where, sized), ms]));
  return ({ name, group }, { name: role, atStart }) =>
    byPlace.get(`${name}.${role}`) ??
    byPlace.get(`${group}.${role}`) ??
    byPlace.get(role) ??
    (atStart === true ? factsDurationMs : (general?.ms ?? defaultDurationMs));
}

function placeOf(where: string, sized: SizedPlan): string {
  const { plan } = sized;
  const [, place, role = where] = /^(.+)\.([^.]*)$/.exec(where) ?? [];
  if (place === undefined) {
    requireRole(role, plan.nodes, `deployment ${plan.deployment} has no role ${role}`);
    return role;
  }
  if (Object.hasOwn(plan.groups, place)) {
    requireRole(
      role,
      plan.nodes.filter(({ group }) => group === place),
      `${place} has no role ${role}`,
    );
    return `${place}.${role}`;
  }
  const { name, alike } = findNode(sized, '--duration', place);
  requireRole(role, [alike], `${name} has no role ${role}`);
  return `${name}.${role}`;
}

function requireRole(role: string, nodes: readonly PlanNode[], missing: string): void {
  const known = [...new Set(nodes.flatMap(({ roles }) => roles.map(({ name }) => name)))];
  if (known.includes(role)) return;
  throw new HeddleError('not-found', `--duration: ${missing}${suggest(role, known, 'it has')}`);
}
