import { isMap, type Json } from '../values/json.ts';
import { declareRole, type RoleDefaults } from './declare-role.ts';
import { maxGroupSize } from './document.ts';
import type { DeclaredNode, DeclaredOutput, DeclaredRole, Model } from './model.ts';
import { nameProblem, reservedNames } from './names.ts';
import type { Source } from './source.ts';
import { startOutputs } from './start-roles.ts';
import { addImplicitOutputs } from './traits.ts';

/**
 * Read the nodes of a document whose shape may be wrong in places: what cannot be read is left out.
 *
 * @param counts  Sizes of groups that beat those of the document.
 * Reports whatever is wrong within one node, and names that clash.
 */
export function declareNodes(
  source: Source,
  defaults: RoleDefaults,
  counts: Readonly<Record<string, number>>,
): Model['nodes'] {
  const nodes = new Map<string, DeclaredNode>();
  const declared = source.data.nodes;
  for (const [name, data] of Object.entries(isMap(declared) ? declared : {}))
    nodes.set(name, declareNode(name, data, source, defaults, counts[name]));
  for (const node of nodes.values()) checkMemberNames(node, nodes, source);
  return nodes;
}

function declareNode(
  name: string,
  data: Json,
  source: Source,
  defaults: RoleDefaults,
  ownCount: number | undefined,
): DeclaredNode {
  const at = ['nodes', name];
  const { report } = source.problems;
  if (reservedNames.includes(name)) report(at, nameProblem('node', name) ?? '');
  const { count, roles: written } = isMap(data) ? data : {};
  const declared = (Array.isArray(written) ? (written as readonly Json[]) : []).flatMap((role, index) =>
    isMap(role) ? [declareRole(role, index, [...at, 'roles', index], source, defaults)] : [],
  );
  const roles = addImplicitOutputs(declared, defaults.traits, (output, { at }) => ({ ...output, at }));
  const started = startOutputs(roles, defaults.traits, at);
  checkRoleNames(roles, new Set(started.map(({ role }) => role.name)), source);
  const outputs = collectOutputs(name, roles, source);
  for (const start of started) if (!outputs.has(start.output.name)) outputs.set(start.output.name, start);
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= maxGroupSize;
  return {
    name,
    ...(isCount ? { count: ownCount ?? count } : {}),
    roles,
    outputs,
    isBroken: source.problems.hasBelow(at),
    at,
  };
}

function checkRoleNames(roles: readonly DeclaredRole[], taken: ReadonlySet<string>, source: Source): void {
  const seen = new Map<string, DeclaredRole>();
  for (const role of roles) {
    if (taken.has(role.name))
      source.problems.report(
        [...role.at, 'name'],
        `Heddle's own role that publishes facts has the name "${role.name}"`,
      );
    const first = seen.get(role.name);
    if (first === undefined) seen.set(role.name, role);
    else {
      const { line } = source.locate([...first.at, 'name']);
      source.problems.report(
        [...role.at, 'name'],
        `the role "${role.name}" stands here a second time; the first is on line ${line}`,
      );
    }
  }
}

function collectOutputs(node: string, roles: readonly DeclaredRole[], source: Source) {
  const outputs = new Map<string, { output: DeclaredOutput; role: DeclaredRole }>();
  for (const role of roles) {
    for (const output of role.outputs) {
      const first = outputs.get(output.name);
      if (first === undefined) outputs.set(output.name, { output, role });
      else source.problems.report(output.at, twiceMessage(node, output.name, first, source));
    }
  }
  return outputs;
}

function twiceMessage(
  node: string,
  name: string,
  first: { output: DeclaredOutput; role: DeclaredRole },
  source: Source,
): string {
  const { line } = source.locate(first.output.at);
  return `${node} declares the output "${name}" a second time; the first is on line ${line}, in role "${first.role.name}"`;
}

/** A member of a group is a node, so no other node may have its name. */
function checkMemberNames(group: DeclaredNode, nodes: ReadonlyMap<string, DeclaredNode>, source: Source): void {
  if (group.count === undefined) return;
  for (const other of nodes.values()) {
    const match = other.name.startsWith(`${group.name}-`)
      ? /^(?:0|[1-9]\d*)$/.exec(other.name.slice(group.name.length + 1))
      : null;
    if (match === null || Number(match[0]) >= group.count) continue;
    const { line } = source.locate(group.at);
    source.problems.report(other.at, `"${other.name}" is already a member of the group "${group.name}" (line ${line})`);
  }
}
