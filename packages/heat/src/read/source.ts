import { type Locator, type Place, ProblemList } from '@heddle/core';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Aliases } from './aliases.ts';
import type { DataMap } from './data.ts';
import { DataReader, type Duplicate } from './data-reader.ts';
import { parseJson, readJsonSource } from './json-source.ts';
import { mostLevels } from './nesting.ts';
import { parse } from './parse.ts';
import { templateSource } from './template-source.ts';

/** Keys and indexes from the top of a template to a value. */
export type DocumentPath = readonly (string | number)[];

/** A template as data, with the places of everything in it. */
export interface TemplateSource extends Locator {
  readonly data: DataMap;
  readonly problems: ProblemList;
  /** Keys that stand twice: Heat takes the last one and says nothing. */
  readonly duplicates: readonly Duplicate[];
  /** Add an error: `FILE:LINE: CODE: text`. */
  report(path: DocumentPath, code: string, text: string): void;
  /** Write a warning in the same form. */
  warning(path: DocumentPath, code: string, text: string): string;
}

/**
 * Read a template, YAML or JSON, by the rules of Heat's own reader (PyYAML's, which are neither those of YAML 1.2 nor all of 1.1).
 *
 * @param file  The name for messages.
 * @throws plan-invalid with `FILE:LINE: E_YAML:` when the text is no YAML or no map.
 */
export function readTemplateSource(text: string, file: string): TemplateSource {
  const json = parseJson(text);
  if (json !== undefined) return readJsonSource(json, file, mostLevels);
  const lines = new LineCounter();
  const parsed = parse(text, lines);
  const { document, aliases, fault } = parsed;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = new ProblemList({ file, locate: createLocate(document, aliases, place) });
  if (fault !== undefined) problems.reportAt(place(fault.offset), [], `E_YAML: ${fault.message}`);
  problems.throwIfAny();
  const reader = new DataReader(parsed);
  const data = reader.read();
  for (const { offset, message } of reader.faults) problems.reportAt(place(offset), [], `E_YAML: ${message}`);
  const locate = createLocate(document, aliases, place);
  return templateSource({ file, data, problems, duplicates: reader.duplicates, place, locate });
}

/** Find the key of an entry, or an item, by walking down; what does not exist has the place of what is around it. */
function createLocate(document: Document, { targets }: Aliases, place: (offset: number) => Place): Locator['locate'] {
  return (path: DocumentPath): Place => {
    let node: Node | null = document.contents;
    let offset = 0;
    for (const segment of path) {
      const found = step(node, segment, targets);
      if (found === undefined) break;
      offset = found.offset;
      node = found.node;
    }
    return place(offset);
  };
}

function step(
  written: Node | null,
  segment: string | number,
  targets: Aliases['targets'],
): { node: Node | null; offset: number } | undefined {
  const node = isAlias(written) ? (targets.get(written) ?? null) : written;
  if (isSeq(node)) {
    const item = typeof segment === 'number' ? (node.items[segment] as Node | undefined) : undefined;
    return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 };
  }
  if (!isMap(node)) return undefined;
  const pair = pairsOf(node).get(String(segment));
  if (pair === undefined || !isScalar(pair.key)) return undefined;
  return { node: pair.value as Node | null, offset: pair.key.range?.[0] ?? 0 };
}

/** Every role and input has its place looked up: walking along all resources each time would be quadratic. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The entries of a map by key; of two with the same key the last one, whose value Heat takes. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = indexes.get(map);
  if (known !== undefined) return known;
  const pairs = new Map(
    map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
  );
  indexes.set(map, pairs);
  return pairs;
}
