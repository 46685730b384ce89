import type { Expression } from '../expressions/expression.ts';
import { knownPart } from '../expressions/known-part.ts';
import { canonicalJson, isMap, type Json } from '../values/json.ts';
import type { PeerRole, PlanNode } from './plan.ts';

/** Describe the roles of a declaration that tell their options to roles which read peers; `members` are its nodes, in index order. */
export function peerRoles(members: readonly PlanNode[]): readonly PeerRole[] {
  const roles = members[0]?.roles ?? [];
  return roles.flatMap(({ name, adapter, toldOptions }, index) => {
    if (toldOptions === undefined) return [];
    const options = members.map((member) => toldPart(member.roles[index]?.options, toldOptions));
    const isSame = new Set(options.map(canonicalJson)).size === 1;
    return [{ name, adapter, options: isSame ? options.slice(0, 1) : options }];
  });
}

function toldPart(options: Expression | undefined, told: readonly string[]): Json {
  const known = options === undefined ? undefined : knownPart(options);
  return Object.fromEntries(Object.entries(isMap(known) ? known : {}).filter(([key]) => told.includes(key)));
}
