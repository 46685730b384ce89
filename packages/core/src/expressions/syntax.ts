import type { Segments } from './expression.ts';

/** One `${...}` as it is written, names not yet looked up. `${self.x}` and `${params.x}` have the names `self` and `params`. */
export interface ReferenceSyntax {
  /** The node, the group, `self` or `params`. */
  readonly name: string;
  /** The member, or `*` for all of them; absent for a single node. */
  readonly index?: number | '*';
  /** At least one; the first is the output's name (or the one of `self` and `params`), the others go into the value. */
  readonly segments: readonly [string, ...Segments];
  /** Column in the text at which it starts, from 1. */
  readonly column: number;
}

/** A piece of a text: literal characters, or a reference. */
export type TextPart = string | ReferenceSyntax;

const word = /^[A-Za-z0-9_-]+$/;

/** Write segments behind a name: `.port`, `[0]`, `['a b']`. */
export function formatSegments(segments: Segments): string {
  return segments
    .map((segment) => {
      if (typeof segment === 'number') return `[${segment}]`;
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
