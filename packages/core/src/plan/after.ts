import { memberName } from '../expressions/expression.ts';
import { parseBareReference } from '../expressions/parse.ts';
import { type ReportProblem, readSyntax } from '../expressions/report.ts';
import { suggest } from '../text/did-you-mean.ts';
import type { DeclaredAfter, DeclaredNode, DeclaredRole, Model, RoleDeclaration } from './model.ts';
import type { RoleRef } from './plan.ts';
import { unknownNode } from './resolve-reference.ts';

/** What one entry of `after` names: a role of a single node, of one member, or of all members of a group. */
export interface AfterTarget {
  readonly node: DeclaredNode;
  readonly role: DeclaredRole;
  /** One member; absent: the single node, or all members. */
  readonly index?: number;
  readonly written: DeclaredAfter;
}

/** Look up the entries of a role's `after`; what cannot be found or could never end is reported and left out. */
export function resolveAfter(reader: RoleDeclaration, model: Model, report: ReportProblem): readonly AfterTarget[] {
  return reader.role.after.flatMap((written) => {
    const target = findTarget(written, model, report);
    if (target === undefined) return [];
    if (!canNeverPrecede(target, reader)) return [target];
    const own = reader.role.name;
    const later = target.role.name;
    const why =
      target.role === reader.role
        ? 'itself'
        : `"${later}", which runs later on the same node: move "${later}" before it`;
    report(written.at, `role "${own}" cannot start after ${why}`);
    return [];
  });
}

/** List the roles that an entry means, one for each member. */
export function expandAfter(target: AfterTarget): readonly RoleRef[] {
  const { node, role, index } = target;
  if (node.count === undefined) return [{ node: node.name, role: role.name }];
  const indexes = index === undefined ? Array.from({ length: node.count }, (_, member) => member) : [index];
  return indexes.map((member) => ({ node: memberName(node.name, member), role: role.name }));
}

/**
 * True for an entry that means the role itself, or a later role of the same node.
 *
 * An index changes nothing: every index has a member, and for that one it is so.
 */
function canNeverPrecede(target: AfterTarget, { node, role }: RoleDeclaration): boolean {
  return target.node === node && target.role.index >= role.index;
}

function findTarget(written: DeclaredAfter, model: Model, report: ReportProblem): AfterTarget | undefined {
  const reference = readSyntax(
    () => parseBareReference(written.text),
    written.at,
    (at) => report(at, `"after" takes NODE.ROLE, GROUP.ROLE or GROUP[0].ROLE, not "${written.text}"`),
  );
  if (reference === undefined) return undefined;
  const { name, index, segments } = reference;
  const [roleName] = segments;
  const fail = (message: string): undefined => {
    report(written.at, message);
  };
  const node = model.nodes.get(name);
  if (node === undefined) return fail(unknownNode(reference, model));
  if (segments.length > 1) return fail(`"after" takes a role, NODE.ROLE, not a value in "${written.text}"`);
  if (index === '*') return fail(`"after" a group means all its members: write ${name}.${roleName}`);
  if (index !== undefined && node.count === undefined) {
    return node.isBroken ? undefined : fail(`"${name}" is a single node, not a group: write ${name}.${roleName}`);
  }
  if (index !== undefined && index >= (node.count ?? 1)) {
    return fail(
      `there is no ${name}[${index}]: the group has ${node.count === 1 ? 'only the member 0' : `the members 0 to ${(node.count ?? 1) - 1}`}`,
    );
  }
  const role = node.roles.find((candidate) => candidate.name === roleName);
  if (role === undefined) {
    if (node.isBroken) return undefined;
    const names = node.roles.map((candidate) => candidate.name);
    return fail(`${name} has no role "${roleName}"${suggest(roleName, names, 'it has')}`);
  }
  return { node, role, ...(index === undefined ? {} : { index }), written };
}
