import type { Expression } from '../expressions/expression.ts';
import { memberName } from '../expressions/expression.ts';
import type { GatherTemplate } from '../expressions/gather-form.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { formatReference, formatSegments, type ReferenceSyntax } from '../expressions/syntax.ts';
import { didYouMean, suggest } from '../text/did-you-mean.ts';
import type { DeclaredNode, Model } from './model.ts';
import { fail, resolveParam, resolveSelf, type Scope } from './scope.ts';
import { settleSelfSegments } from './self-segments.ts';
import { factWords } from './start-roles.ts';
import { declaredNames } from './traits.ts';

/** Look up one reference; undefined after a report. */
export function resolveReference(written: ReferenceSyntax, path: DocumentPath, scope: Scope): Expression | undefined {
  const reference = settleSelfSegments(written, path, scope);
  if (reference === undefined) return undefined;
  if (reference.name === 'self') return resolveSelf(reference, path, scope);
  if (reference.name === 'params') return resolveParam(reference, path, scope);
  const node = findNode(reference, path, scope);
  if (node === undefined) return undefined;
  if (reference.index === '*')
    return resolveGather({ kind: 'gather', reference, as: 'list', path, textPath: path }, scope);
  const found = findOutput(node, reference, path, scope);
  if (found === undefined) return undefined;
  const [output, ...segments] = reference.segments;
  const name = node.count === undefined ? node.name : memberName(node.name, reference.index ?? 0);
  if (name === scope.member.name && found.role === scope.role) return { kind: 'local', output, segments };
  if (name === scope.member.name && found.role.index > scope.role.index)
    return fail(scope, path, reference, laterMessage(reference, scope, found.role.name));
  return { kind: 'reference', node: name, output, segments };
}

/** Look up a gather in either spelling; undefined after a report. */
export function resolveGather(gather: GatherTemplate, scope: Scope): Expression | undefined {
  const { textPath } = gather;
  const reference = settleSelfSegments(gather.reference, textPath, scope);
  if (reference === undefined) return undefined;
  const node = findNode({ ...reference, index: '*' }, textPath, scope);
  if (node?.count === undefined) return undefined;
  const found = findOutput(node, reference, textPath, scope);
  if (found === undefined) return undefined;
  if (gather.atLeast !== undefined && gather.atLeast > node.count) {
    scope.report(
      [...gather.path, 'atLeast'],
      `"atLeast" is ${gather.atLeast}, but "${node.name}" has only ${node.count} ${node.count === 1 ? 'member' : 'members'}`,
    );
    return undefined;
  }
  if (node === scope.member.node && found.role.index > scope.role.index)
    return fail(scope, textPath, reference, laterMessage(reference, scope, found.role.name));
  const [output, ...segments] = reference.segments;
  const expression = { kind: 'gather', group: node.name, count: node.count, output, segments, as: gather.as } as const;
  return gather.atLeast === undefined ? expression : { ...expression, atLeast: gather.atLeast };
}

function findNode(reference: ReferenceSyntax, path: DocumentPath, scope: Scope): DeclaredNode | undefined {
  const { name, index } = reference;
  const node = scope.model.nodes.get(name);
  if (node === undefined) return fail(scope, path, reference, unknownNode(reference, scope.model));
  if (scope.use !== 'input') {
    const what = scope.use === 'options' ? 'the options of an adapter take' : 'a default takes';
    return fail(
      scope,
      path,
      reference,
      `${what} self and params only, not ${formatReference(reference)}: what comes from elsewhere is an input`,
    );
  }
  const target = formatSegments(reference.segments);
  if (node.count === undefined) {
    if (index === undefined || node.isBroken) return index === undefined ? node : undefined;
    return fail(scope, path, reference, `"${name}" is a single node, not a group: write ${name}${target}`);
  }
  if (index === undefined) {
    return fail(
      scope,
      path,
      reference,
      `"${name}" is a group of ${node.count}: write ${name}[0]${target} for one member, ${name}[*]${target} for all`,
    );
  }
  if (index !== '*' && index >= node.count) {
    const members = node.count === 1 ? 'only the member 0' : `the members 0 to ${node.count - 1}`;
    return fail(scope, path, reference, `there is no ${name}[${index}]: the group has ${members}`);
  }
  return node;
}

/** Say that a node does not exist; a member's own name gets its spelling as a reference. */
export function unknownNode(reference: ReferenceSyntax, model: Model): string {
  const { name, segments } = reference;
  const [, group = '', index = ''] = /^(.*)-(\d+)$/.exec(name) ?? [];
  if (model.nodes.get(group)?.count !== undefined) {
    return `no node or group "${name}"; did you mean "${group}[${index}]${formatSegments(segments)}"?`;
  }
  return `no node or group "${name}"${suggest(name, [...model.nodes.keys()], 'there are')}`;
}

function findOutput(node: DeclaredNode, reference: ReferenceSyntax, path: DocumentPath, scope: Scope) {
  const [name] = reference.segments;
  const found = node.outputs.get(name);
  if (found === undefined) {
    if (node.isBroken) return undefined;
    const names = declaredNames(node);
    const known = [...names, ...factWords];
    const isNear = didYouMean(name, known) !== undefined;
    const hint = names.length === 0 && !isNear ? '; it declares none' : suggest(name, isNear ? known : names, 'it has');
    const mayBeFound = !isNear && node.roles.some(({ readsPeers }) => readsPeers);
    const note = mayBeFound ? '; for an input, one that is found in a playbook has to be declared' : '';
    return fail(scope, path, reference, `${node.name} has no output "${name}"${hint}${note}`);
  }
  if (found.output.sensitive) scope.onSensitive?.();
  return found;
}

function laterMessage(reference: ReferenceSyntax, scope: Scope, later: string): string {
  const own = scope.role.name;
  return (
    `role "${own}" reads ${formatReference(reference)}, which role "${later}" writes later on the same node, ` +
    `so it would never come: move "${later}" before "${own}"`
  );
}
