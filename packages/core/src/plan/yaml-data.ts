import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { DocumentPath } from '../expressions/report.ts';
import type { Json } from '../values/json.ts';

/** Offsets into the text and the scalar itself, for messages. */
export interface DataPosition {
  /** Where the key of a map entry, or the item of a list, starts. */
  readonly offset: number;
  readonly scalar?: Scalar;
}

/** What is readable YAML but no unambiguous data. */
export interface DataFault {
  readonly path: DocumentPath;
  readonly message: string;
  /** Of a second entry with the same key: the path is then the place of the first. */
  readonly againOffset?: number;
}

/** The data of a YAML document. */
export interface YamlData {
  readonly data: Json;
  /** By document path as JSON. */
  readonly positions: ReadonlyMap<string, DataPosition>;
  readonly faults: readonly DataFault[];
  /** What cannot be read at all; the offset says where. */
  readonly broken?: { readonly message: string; readonly offset: number };
}

/** More values than any deployment has: only aliases of aliases get there. */
const maxValues = 200_000;

/** Turn a YAML document into JSON data, remembering where everything stands. */
export function yamlData(document: Document): YamlData {
  return new Reader(document).read();
}

class Reader {
  readonly #document: Document;
  readonly #positions = new Map<string, DataPosition>();
  readonly #faults: DataFault[] = [];
  readonly #open = new Set<Node>();
  #broken: { message: string; offset: number } | undefined;
  #values = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  read(): YamlData {
    const data = this.#value(this.#document.contents, []);
    const found = { data, positions: this.#positions, faults: this.#faults };
    return this.#broken === undefined ? found : { ...found, broken: this.#broken };
  }

  #value(written: Node | null, path: DocumentPath, keyOffset?: number): Json {
    const node = isAlias(written) ? this.#resolved(written) : written;
    const offset = keyOffset ?? written?.range?.[0] ?? 0;
    this.#positions.set(JSON.stringify(path), { offset, ...(isScalar(node) ? { scalar: node } : {}) });
    this.#values += 1;
    if (this.#values > maxValues) this.#broken ??= { message: `the file holds more than ${maxValues} values`, offset };
    if (node === null || this.#broken !== undefined) return null;
    if (isScalar(node)) return this.#scalar(node, path);
    if (this.#open.has(node)) {
      this.#broken ??= { message: 'an alias stands inside its own anchor', offset };
      return null;
    }
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node.items as Pair<Node, Node | null>[], path) : this.#list(node, path);
    this.#open.delete(node);
    return value;
  }

  #resolved(alias: Node): Node | null {
    if (!isAlias(alias)) return alias;
    const target = alias.resolve(this.#document);
    if (target === undefined) {
      this.#broken ??= { message: `the alias *${alias.source} has no anchor before it`, offset: alias.range?.[0] ?? 0 };
      return null;
    }
    return target;
  }

  #list(node: Node, path: DocumentPath): Json {
    return isSeq(node) ? node.items.map((item, index) => this.#value(item as Node | null, [...path, index])) : null;
  }

  #map(pairs: readonly Pair<Node, Node | null>[], path: DocumentPath): Json {
    const entries = new Map<string, Json>();
    for (const { key: written, value } of pairs) {
      const offset = written.range?.[0] ?? 0;
      const key = keyText(isAlias(written) ? this.#resolved(written) : written);
      if (key === undefined) {
        this.#broken ??= { message: 'a key must be text', offset };
        continue;
      }
      const at = [...path, key];
      if (!entries.has(key)) {
        entries.set(key, this.#value(value, at, offset));
        continue;
      }
      this.#faults.push({ path: at, message: `"${key}" stands here a second time`, againOffset: offset });
    }
    return Object.fromEntries(entries);
  }

  #scalar(node: Scalar, path: DocumentPath): Json {
    const { value, source } = node;
    if (typeof value === 'number') {
      const text = source ?? String(value);
      if (!Number.isFinite(value)) this.#faults.push({ path, message: `${text} is no JSON number` });
      else if (/^[-+]?0\d+$/.test(text)) {
        this.#faults.push({
          path,
          message: `${text} would be read as ${value}: write "${text}" for the text, 0o... for an octal number`,
        });
      } else if (/^[-+]?\d+$/.test(text) && !Number.isSafeInteger(value)) {
        this.#faults.push({ path, message: `${text} is too large to be kept exactly: write "${text}"` });
      }
      return value;
    }
    return typeof value === 'string' || typeof value === 'boolean' ? value : null;
  }
}

/** A key as text; numbers and booleans as they are written. */
function keyText(node: Node | null): string | undefined {
  if (!isScalar(node)) return undefined;
  const { value, source } = node;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : undefined;
}
