import { type Alias, type Document, isAlias, isMap, isScalar, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Aliases } from './aliases.ts';
import { type Data, type DataMap, ExactNumber, isDataMap, writeData } from './data.ts';
import type { Parsed } from './parse.ts';
import { readPlainScalar, readTaggedScalar, type ScalarType } from './plain-scalar.ts';

/** A key that stands a second time. */
export interface Duplicate {
  readonly key: string;
  readonly offset: number;
  /** Of the second one, from 1; filled in where lines are known. */
  readonly line: number;
}

/** More values than any template has: only aliases of aliases get there. */
const maxValues = 1_000_000;
/** For YAML it makes text of a scalar; for PyYAML it says nothing. */
const noTag = '!';
const coreTag = 'tag:yaml.org,2002:';
const scalarTypes: readonly ScalarType[] = ['null', 'bool', 'int', 'float'];

/** Turns a YAML document that was parsed without any schema into data. */
export class DataReader {
  readonly faults: { readonly offset: number; readonly message: string }[] = [];
  readonly duplicates: Duplicate[] = [];
  readonly #text: string;
  readonly #document: Document;
  readonly #targets: Aliases['targets'];
  /** Where a last line ends that has no line break; undefined when it has one. */
  readonly #openEnd: number | undefined;
  readonly #open = new Set<Node>();
  #values = 0;

  constructor({ text, document, aliases: { targets, faults }, openEnd }: Parsed) {
    this.#text = text;
    this.#document = document;
    this.#openEnd = openEnd;
    this.#targets = targets;
    this.faults.push(...faults);
  }

  read(): Data {
    return this.#value(this.#document.contents);
  }

  #value(written: Node | null): Data {
    const node = isAlias(written) ? this.#resolved(written) : written;
    if (node === null) return null;
    this.#values += 1;
    if (this.#values > maxValues) {
      if (this.#values === maxValues + 1) this.#fault(node, `the template holds more than ${maxValues} values`);
      return null;
    }
    if (isScalar(node)) return this.#scalar(node);
    if (this.#open.has(node)) {
      this.#fault(node, 'an alias stands inside its own anchor');
      return null;
    }
    this.#open.add(node);
    const data = isMap(node) ? this.#map(node) : this.#list(node);
    this.#open.delete(node);
    return data;
  }

  #resolved(alias: Alias): Node | null {
    const target = this.#targets.get(alias);
    if (target === undefined) this.#fault(alias, `the alias *${alias.source} has no anchor before it`);
    return target ?? null;
  }

  #list(node: Node): Data {
    this.#refuseTag(node, [`${coreTag}seq`]);
    return 'items' in node ? (node.items as (Node | null)[]).map((item) => this.#value(item)) : null;
  }

  #map(node: YAMLMap): DataMap {
    this.#refuseTag(node, [`${coreTag}map`]);
    const own = new Map<string, Data>();
    const merged = new Map<string, Data>();
    for (const { key: written, value } of node.items) {
      const key = isAlias(written) ? this.#resolved(written) : (written as Node | null);
      if (isScalar(key) && isPlain(key) && key.tag === undefined && key.value === '<<') {
        this.#merge(value as Node | null, key, merged);
        continue;
      }
      const name = this.#key(key);
      if (name === undefined) continue;
      if (own.has(name)) this.duplicates.push({ key: name, offset: key?.range?.[0] ?? 0, line: 0 });
      own.set(name, this.#value(value as Node | null));
    }
    return Object.fromEntries([...merged, ...own]);
  }

  /** `<<: *defaults` or `<<: [*a, *b]`: the earlier ones win, and keys of the map itself win over all. */
  #merge(value: Node | null, key: Node, into: Map<string, Data>): void {
    const data = this.#value(value);
    for (const map of Array.isArray(data) ? (data as readonly Data[]) : [data]) {
      if (!isDataMap(map)) {
        this.#fault(key, '"<<" takes a map, or a list of maps');
        return;
      }
      for (const [name, item] of Object.entries(map)) if (!into.has(name)) into.set(name, item);
    }
  }

  #key(key: Node | null): string | undefined {
    const data = isScalar(key) ? this.#scalar(key) : null;
    if (typeof data === 'string') return data;
    // JSON has no other keys than text, and Heat writes numbers that are keys like this, too.
    if (typeof data === 'number' || data instanceof ExactNumber) return writeData(data);
    const text = isScalar(key) ? textOf(key) : 'this key';
    this.#fault(key ?? this.#document.contents, `a key must be text${isScalar(key) ? `: write "${text}"` : ''}`);
    return undefined;
  }

  #scalar(node: Scalar): Data {
    const text = textOf(node);
    this.#refuseOtherReading(node, text);
    const tag = node.tag === noTag ? undefined : node.tag;
    if (tag === `${coreTag}str` || (node.tag === noTag && text === '' && isPlain(node)))
      return this.#quoted(node, text);
    const type = scalarTypes.find((known) => tag === `${coreTag}${known}`);
    if (tag !== undefined && type === undefined) {
      this.#refuseTag(node, []);
      return text;
    }
    // To PyYAML a text behind "!" is as good as one without quotes.
    if (type === undefined && !isPlain(node) && node.tag !== noTag) return this.#quoted(node, text);
    const read = type === undefined ? readPlainScalar(this.#quoted(node, text)) : readTaggedScalar(type, text);
    if ('data' in read) return read.data;
    this.#fault(node, read.fault);
    return text;
  }

  /** The text of a block that the end of the file ends has no line break that is not there. */
  #quoted({ type, range }: Scalar, text: string): string {
    const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
    return isBlock && range?.[1] === this.#openEnd ? text.replace(/\n$/, '') : text;
  }

  /** What the library takes for another text than PyYAML does, and nobody writes who wants to be understood. */
  #refuseOtherReading({ type, range }: Scalar, text: string): void {
    const [offset = 0, end = 0] = range ?? [];
    if (
      type === 'PLAIN' &&
      text.startsWith(':') &&
      [...this.#open].some((node) => 'flow' in node && node.flow === true)
    )
      this.faults.push({
        offset,
        message: `between brackets Heat takes the colon of ${text} for one behind a key: quote it`,
      });
    if (type === 'QUOTE_DOUBLE' && /\\\n[ \t]*\n/.test(this.#text.slice(offset, end)))
      this.faults.push({
        offset,
        message: 'an empty line follows a line that ends with \\: write \\n for a line break',
      });
  }

  #refuseTag(node: Node, allowed: readonly string[]): void {
    const { tag } = node as { tag?: string };
    if (tag !== undefined && tag !== noTag && !allowed.includes(tag))
      this.#fault(node, `Heat does not read the tag ${tag}`);
  }

  #fault(node: Node | null, message: string): void {
    this.faults.push({ offset: node?.range?.[0] ?? 0, message });
  }
}

function isPlain(node: Scalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

/** Without a schema every scalar is text. */
function textOf(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : '';
}
