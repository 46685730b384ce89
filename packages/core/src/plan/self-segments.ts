import type { DocumentPath } from '../expressions/report.ts';
import type { PlainReference, ReferenceSyntax } from '../expressions/syntax.ts';
import { suggest } from '../text/did-you-mean.ts';
import { fail, type Scope } from './scope.ts';

const fields = ['name', 'group', 'index'];

/** Put what the reader is called in the place of `[self.name]`, `[self.group]` and `[self.index]`; undefined after a report. */
export function settleSelfSegments(
  reference: ReferenceSyntax,
  path: DocumentPath,
  scope: Scope,
): PlainReference | undefined {
  const [first, ...rest] = reference.segments;
  const { node, name, index } = scope.member;
  const own: Readonly<Record<string, string | number | null>> = {
    name,
    group: node.count === undefined ? null : node.name,
    index,
  };
  const segments: (string | number)[] = [];
  for (const segment of rest) {
    if (typeof segment !== 'object') {
      segments.push(segment);
      continue;
    }
    const value = Object.hasOwn(own, segment.self) ? own[segment.self] : undefined;
    if (value === undefined) {
      return fail(
        scope,
        path,
        reference,
        `[self.${segment.self}] is no segment${suggest(segment.self, fields, 'self has')}`,
      );
    }
    if (value === null) {
      return fail(scope, path, reference, `[self.${segment.self}] is null: ${name} belongs to no group`);
    }
    segments.push(value);
  }
  return { ...reference, segments: [first, ...segments] };
}
