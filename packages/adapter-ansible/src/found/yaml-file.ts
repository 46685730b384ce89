import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';

/** Where something stands, the file relative to the folder of the deployment file. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A file of Ansible's YAML, read as far as it can be. */
export interface YamlFile {
  readonly documents: readonly YamlValue[];
  /** What is wrong with it, and where. */
  readonly faults: readonly { readonly message: string; readonly place: Place }[];
}

/** A value of a YAML file: never evaluated, whatever its tag says (`!vault`, `!unsafe`). */
export interface YamlValue {
  readonly place: Place;
  /** The tag as written, `!vault`. */
  readonly tag: string | undefined;
  /** True, false, or undefined for anything else. */
  readonly flag: boolean | undefined;
  /** Text and numbers as text; undefined for lists, maps and nothing. */
  readonly text: string | undefined;
  readonly items: readonly YamlValue[];
  /** The entries of a map, merged ones behind its own. */
  readonly entries: ReadonlyMap<string, YamlValue>;
}

/** Read YAML the way Ansible does: version 1.1, several keys of one name, any tag. */
export function readYaml(source: string, file: string): YamlFile {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(source, {
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
    lineCounter,
    // Otherwise messages end with the place, which they begin with here.
    prettyErrors: false,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const placeOf = (offset: number): Place => ({ file, line: lineCounter.linePos(offset).line });
  return {
    documents: documents.flatMap((document) =>
      document.contents === null
        ? []
        : [valueOf(document.contents, (node) => (isAlias(node) ? (node.resolve(document) ?? null) : node), placeOf)],
    ),
    faults: documents.flatMap(({ errors }) =>
      errors.map((error) => ({ message: error.message.split('\n')[0] ?? '', place: placeOf(error.pos[0]) })),
    ),
  };
}

/** All texts in a value, in order. */
export function textsIn(value: YamlValue): readonly YamlValue[] {
  const inner = [...value.items, ...value.entries.values()];
  return [...(value.text === undefined ? [] : [value]), ...inner.flatMap(textsIn)];
}

/** A text that stands in no YAML file, or nothing. */
export function textValue(text: string | undefined, place: Place): YamlValue {
  return { place, text, tag: undefined, flag: undefined, items: [], entries: new Map() };
}

function valueOf(
  written: Node,
  resolved: (node: Node) => Node | null,
  placeOf: (offset: number) => Place,
  open: readonly Node[] = [],
): YamlValue {
  const target = resolved(written);
  // An alias inside its own anchor: a list without an end.
  const node = target !== null && open.includes(target) ? null : target;
  const child = (inner: Node): YamlValue => valueOf(inner, resolved, placeOf, node === null ? open : [...open, node]);
  const scalar = isScalar(node) ? node.value : undefined;
  return {
    place: placeOf(written.range?.[0] ?? 0),
    tag: node?.tag,
    flag: typeof scalar === 'boolean' ? scalar : undefined,
    text: typeof scalar === 'string' ? scalar : typeof scalar === 'number' ? String(scalar) : undefined,
    items: isSeq(node) ? node.items.map((item) => child(item as Node)) : [],
    entries: entriesOf(node, child),
  };
}

function entriesOf(node: Node | null, child: (inner: Node) => YamlValue): ReadonlyMap<string, YamlValue> {
  const entries = new Map<string, YamlValue>();
  const merged: YamlValue[] = [];
  if (!isMap(node)) return entries;
  for (const { key, value } of node.items) {
    if (!isScalar(key) || value === null) continue;
    const read = child(value as Node);
    const name = typeof key.value === 'symbol' ? '<<' : String(key.value);
    if (name === '<<') merged.push(...(read.items.length > 0 ? read.items : [read]));
    else entries.set(name, read);
  }
  for (const { entries: more } of merged)
    for (const [name, value] of more) if (!entries.has(name)) entries.set(name, value);
  return entries;
}
