import { suggest } from '../text/did-you-mean.ts';
import { typeWords } from '../text/type-words.ts';
import type { Json } from '../values/json.ts';
import { parseGatherReference } from './parse.ts';
import { type DocumentPath, type ReportProblem, readSyntax } from './report.ts';
import { formatReference, type ReferenceSyntax } from './syntax.ts';

/** A `{ $gather: web.ip }` map. */
export interface GatherTemplate {
  readonly kind: 'gather';
  readonly reference: ReferenceSyntax;
  readonly as: 'list' | 'map';
  readonly atLeast?: number;
  /** The map, and the text with the reference. */
  readonly path: DocumentPath;
  readonly textPath: DocumentPath;
}

/** The keys of an input that say how to wait for it. */
export const waitKeys: readonly string[] = ['deadline', 'missing', 'default'];

const gatherKeys: readonly string[] = ['$gather', 'as', 'atLeast'];

/** Read `{ $gather: GROUP.OUTPUT, as: list|map, atLeast: N }`; faults go to `report` and give undefined. */
export function parseGather(
  data: { readonly [key: string]: Json },
  path: DocumentPath,
  report: ReportProblem,
): GatherTemplate | undefined {
  const strayWait = waitKeys.find((key) => Object.hasOwn(data, key));
  if (strayWait !== undefined) {
    report([...path, strayWait], `"${strayWait}" belongs to the whole input: { $value: ..., ${strayWait}: ... }`);
  }
  refuseUnknown(data, [...gatherKeys, ...waitKeys], path, report);
  const target = data.$gather as Json;
  if (typeof target !== 'string') {
    report([...path, '$gather'], `"$gather" must be GROUP.OUTPUT, such as web.ip, is ${typeWords(target)}`);
    return undefined;
  }
  const reference = readSyntax(() => parseGatherReference(target), [...path, '$gather'], report);
  if (reference === undefined) return undefined;
  if (reference.index !== undefined) {
    const { index: _, ...whole } = reference;
    report(
      [...path, '$gather'],
      `"$gather" takes all members of a group: write ${formatReference(whole)} without an index`,
    );
    return undefined;
  }
  const as = data.as ?? 'list';
  if (as !== 'list' && as !== 'map') {
    const hint = typeof as === 'string' ? suggest(as, ['list', 'map'], 'it is') : '';
    report([...path, 'as'], `"as" must be list or map${hint.startsWith('; did') ? hint : ''}`);
    return undefined;
  }
  const { atLeast } = data;
  if (atLeast !== undefined && !(typeof atLeast === 'number' && Number.isInteger(atLeast) && atLeast >= 1)) {
    report([...path, 'atLeast'], '"atLeast" must be a whole number from 1');
    return undefined;
  }
  return {
    kind: 'gather',
    reference,
    as,
    ...(atLeast === undefined ? {} : { atLeast }),
    path,
    textPath: [...path, '$gather'],
  };
}

/** Report every key of a long form that it does not have. */
export function refuseUnknown(
  data: { readonly [key: string]: Json },
  known: readonly string[],
  path: DocumentPath,
  report: ReportProblem,
): void {
  for (const key of Object.keys(data)) {
    if (!known.includes(key)) report([...path, key], `unknown key "${key}"${suggest(key, known, 'a long form has')}`);
  }
}
