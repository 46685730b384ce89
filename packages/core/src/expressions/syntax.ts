/** A segment that is known as soon as the reader is: `[self.name]`, the entry for this node. */
export interface SelfSegment {
  readonly self: string;
}

/** One step into a value. */
export type SegmentSyntax = string | number | SelfSegment;

/** One `${...}` as it is written, names not yet looked up. `${self.x}` and `${params.x}` have the names `self` and `params`. */
export interface ReferenceSyntax<Segment extends SegmentSyntax = SegmentSyntax> {
  /** The node, the group, `self` or `params`. */
  readonly name: string;
  /** The member, or `*` for all of them; absent for a single node. */
  readonly index?: number | '*';
  /** At least one; the first is the output's name (or the one of `self` and `params`), the others go into the value. */
  readonly segments: readonly [string, ...Segment[]];
  /** Column in the text at which it starts, from 1. */
  readonly column: number;
}

/** A reference that says the same wherever it stands. */
export type PlainReference = ReferenceSyntax<string | number>;

/** A piece of a text: literal characters, or a reference. */
export type TextPart = string | ReferenceSyntax;

const word = /^[A-Za-z0-9_-]+$/;

/** Write segments behind a name: `.port`, `[0]`, `['a b']`, `[self.name]`. */
export function formatSegments(segments: readonly SegmentSyntax[]): string {
  return segments
    .map((segment) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (typeof segment === 'object') return `[self.${segment.self}]`;
      return word.test(segment) ? `.${segment}` : `['${segment.replace(/['\\]/g, '\\$&')}']`;
    })
    .join('');
}

/** Write a reference without its `${` and `}`: `web[0].ip.v4`. */
export function formatReference(reference: Pick<ReferenceSyntax, 'name' | 'index' | 'segments'>): string {
  const index = reference.index === undefined ? '' : `[${reference.index}]`;
  return `${reference.name}${index}${formatSegments(reference.segments)}`;
}

/**
 * Write text parts as `parseText` reads them; a literal `${` becomes `$${`.
 *
 * ASSUMES: no literal part ends in `$` before a reference; the grammar cannot say that.
 */
export function formatText(parts: readonly TextPart[]): string {
  return parts
    .map((part) => (typeof part === 'string' ? part.replaceAll('${', () => '$${') : `\${${formatReference(part)}}`))
    .join('');
}
