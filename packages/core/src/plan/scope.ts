import { isHeddleError } from '../errors/heddle-error.ts';
import { pick } from '../expressions/evaluate.ts';
import type { Expression } from '../expressions/expression.ts';
import type { DocumentPath, ReportProblem } from '../expressions/report.ts';
import { formatSegments, type PlainReference, type ReferenceSyntax } from '../expressions/syntax.ts';
import { suggest } from '../text/did-you-mean.ts';
import type { DeclaredRole, Member, Model } from './model.ts';

/** Where a template stands: who reads, and what it may take. */
export interface Scope {
  readonly model: Model;
  readonly member: Member;
  readonly role: DeclaredRole;
  /** `input` may read everything; `options` take self and params; `default` is a constant, so no self.dir either. */
  readonly use: 'input' | 'options' | 'default';
  readonly report: ReportProblem;
  /** Called for each sensitive output that is read. */
  readonly onSensitive?: () => void;
}

/** A value known while compiling, `self.dir`, or undefined after a report. */
export type Known = Extract<Expression, { kind: 'constant' | 'dir' }> | undefined;

const selfFields = ['name', 'group', 'index', 'dir'];

/** Look up `${self.x}`. */
export function resolveSelf(reference: PlainReference, path: DocumentPath, scope: Scope): Known {
  const { node, name, index } = scope.member;
  const [field, ...rest] = reference.segments;
  if (reference.index !== undefined) return fail(scope, path, reference, '"self" is this node and takes no index');
  if (!selfFields.includes(field))
    return fail(scope, path, reference, `self has no "${field}"${suggest(field, selfFields, 'it has')}`);
  if (rest.length > 0)
    return fail(scope, path, reference, `self.${field} is one value: there is no ${formatSegments(rest)} in it`);
  if (field === 'dir') {
    if (scope.use === 'default')
      return fail(scope, path, reference, 'self.dir is known only on the node: a default is a constant');
    return { kind: 'dir' };
  }
  if (field === 'name') return { kind: 'constant', value: name };
  if (field === 'index') return { kind: 'constant', value: index };
  return { kind: 'constant', value: node.count === undefined ? null : node.name };
}

/** Look up `${params.x}` and go into its value. */
export function resolveParam(reference: PlainReference, path: DocumentPath, scope: Scope): Known {
  const { params } = scope.model;
  const [name, ...rest] = reference.segments;
  if (reference.index !== undefined) return fail(scope, path, reference, '"params" is a map and takes no index');
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value === undefined) {
    const names = Object.keys(params);
    const hint = names.length === 0 ? '; the file has no params' : suggest(name, names, 'there are');
    return fail(scope, path, reference, `no param "${name}"${hint}`);
  }
  try {
    return { kind: 'constant', value: pick(value, rest, `params.${name}`, { sensitive: false }) };
  } catch (thrown) {
    if (!isHeddleError(thrown)) throw thrown;
    return fail(scope, path, reference, thrown.message);
  }
}

/** Report a problem of one reference. */
export function fail(scope: Scope, path: DocumentPath, reference: ReferenceSyntax, message: string): undefined {
  scope.report(path, message, reference.column);
  return undefined;
}
