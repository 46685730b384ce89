import type { Expression } from '../expressions/expression.ts';
import type { DocumentPath } from '../expressions/report.ts';
import { formatReference, type ReferenceSyntax, type TextPart } from '../expressions/syntax.ts';
import type { Template } from '../expressions/template.ts';
import { typeWords } from '../text/type-words.ts';
import type { Json } from '../values/json.ts';
import { resolveGather, resolveReference } from './resolve-reference.ts';
import type { Scope } from './scope.ts';

const nothing: Expression = { kind: 'constant', value: null };

/**
 * Look up every reference of a template for one member; what is known while compiling becomes constant.
 *
 * Faults are reported to the scope; null then stands in their place.
 */
export function resolveTemplate(template: Template, scope: Scope): Expression {
  switch (template.kind) {
    case 'constant':
      return template;
    case 'reference':
      return resolveReference(template.reference, template.path, scope) ?? nothing;
    case 'gather':
      return resolveGather(template, scope) ?? nothing;
    case 'text':
      return foldText(template.parts.map((part) => resolvePart(part, template.path, scope)));
    case 'list': {
      const items = template.items.map((item) => resolveTemplate(item, scope));
      const values = items.flatMap((item) => (item.kind === 'constant' ? [item.value] : []));
      return values.length === items.length ? { kind: 'constant', value: values } : { kind: 'list', items };
    }
    case 'map': {
      const entries = template.entries.map(([key, value]) => [key, resolveTemplate(value, scope)] as const);
      const values = entries.flatMap(([key, value]) =>
        value.kind === 'constant' ? [[key, value.value] as const] : [],
      );
      return values.length === entries.length
        ? { kind: 'constant', value: Object.fromEntries(values) }
        : { kind: 'map', entries };
    }
  }
}

/** A text that is known now, or what becomes text when the role runs. */
function resolvePart(part: TextPart, path: DocumentPath, scope: Scope): string | Expression {
  if (typeof part === 'string') return part;
  const found = resolveReference(part, path, scope);
  if (found === undefined) return '';
  if (found.kind === 'gather') {
    scope.report(path, `${formatReference(part)} is a list, which cannot stand inside text`, part.column);
  }
  return found.kind === 'constant' ? constantText(found.value, part, path, scope) : found;
}

function constantText(value: Json, part: ReferenceSyntax, path: DocumentPath, scope: Scope): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  const why = part.name === 'self' ? ` (${scope.member.name} belongs to no group)` : '';
  scope.report(
    path,
    `${formatReference(part)} is ${typeWords(value)}${why}, which cannot stand inside text`,
    part.column,
  );
  return '';
}

/** Join neighbours that are known. */
function foldText(parts: readonly (string | Expression)[]): Expression {
  const folded: Expression[] = [];
  let known = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      known += part;
      continue;
    }
    if (known !== '') folded.push({ kind: 'constant', value: known });
    known = '';
    folded.push(part);
  }
  if (folded.length === 0) return { kind: 'constant', value: known };
  if (known !== '') folded.push({ kind: 'constant', value: known });
  return { kind: 'text', parts: folded };
}
