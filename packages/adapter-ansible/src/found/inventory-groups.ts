import { readYaml, type YamlValue } from './yaml-file.ts';

/** The hosts of each group of an inventory, those of child groups included. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/** What an inventory says of groups. */
export interface InventoryGroups {
  readonly groups: Groups;
  /** The first host of each group that has hosts of its own and no child groups. */
  readonly firsts: ReadonlyMap<string, string>;
}

/** Groups as one file says them. */
interface Written {
  readonly hosts: Map<string, Set<string>>;
  readonly children: Map<string, Set<string>>;
}

/**
 * Read the groups of an inventory file, INI or YAML, without Ansible.
 *
 * @returns undefined for what only Ansible can read: a script, the configuration of an inventory plugin.
 */
export function readGroups(text: string, file: string): InventoryGroups | undefined {
  if (text.startsWith('#!')) return undefined;
  const written: Written = { hosts: new Map(), children: new Map() };
  if (/\.(ya?ml|json)$/.test(file)) {
    const [top] = readYaml(text, file).documents;
    if (top?.entries.has('plugin')) return undefined;
    for (const [group, value] of top?.entries ?? []) readYamlGroup(group, value, written);
  } else readIni(text, written);
  return { groups: flatten(written), firsts: firstsOf(written) };
}

function readYamlGroup(group: string, value: YamlValue, written: Written): void {
  for (const host of value.entries.get('hosts')?.entries.keys() ?? []) add(written.hosts, group, ...expandRange(host));
  add(written.hosts, group);
  for (const [child, inner] of value.entries.get('children')?.entries ?? []) {
    add(written.children, group, child);
    readYamlGroup(child, inner, written);
  }
}

function readIni(text: string, written: Written): void {
  let [group, kind] = ['ungrouped', ''];
  for (const line of text.split('\n').map((written) => written.replace(/(^|\s)[#;].*$/, '').trim())) {
    const section = /^\[([^\]:]+)(?::(\w+))?\]$/.exec(line);
    const [word = ''] = line.split(/\s+/);
    if (section !== null) {
      [, group = '', kind = ''] = section;
      add(written.hosts, group);
    } else if (word !== '' && kind === 'children') add(written.children, group, word);
    else if (word !== '' && kind === '') add(written.hosts, group, ...expandRange(word));
  }
}

/** `web-[0:3]` and `db-[a:c]`; a port behind a name is no part of it. */
function expandRange(written: string): readonly string[] {
  const name = written.replace(/:\d+$/, '');
  const [whole, first = '', last = '', step = '1'] = /\[(\w+):(\w+)(?::(\d+))?\]/.exec(name) ?? [];
  if (whole === undefined) return [name];
  const isNumber = /^\d+$/.test(first) && /^\d+$/.test(last);
  const [from, to] = isNumber ? [Number(first), Number(last)] : [first.charCodeAt(0), last.charCodeAt(0)];
  // No deployment has more nodes than that.
  const count = Math.min(Math.floor((to - from) / Number(step)) + 1, 10_000);
  return Array.from({ length: Math.max(count, 0) }, (_, index) => from + index * Number(step)).flatMap((at) => {
    const text = isNumber
      ? String(at).padStart(first.startsWith('0') ? first.length : 1, '0')
      : String.fromCharCode(at);
    return expandRange(name.replace(whole, () => text));
  });
}

function flatten({ hosts, children }: Written): Groups {
  const all = new Map<string, ReadonlySet<string>>();
  const collect = (group: string, open: readonly string[]): readonly string[] =>
    open.includes(group)
      ? []
      : [
          ...(hosts.get(group) ?? []),
          ...[...(children.get(group) ?? [])].flatMap((child) => collect(child, [...open, group])),
        ];
  for (const group of new Set([...hosts.keys(), ...children.keys()])) all.set(group, new Set(collect(group, [])));
  return all;
}

function firstsOf({ hosts, children }: Written): ReadonlyMap<string, string> {
  return new Map(
    [...hosts].flatMap(([group, [first]]) => (first === undefined || children.has(group) ? [] : [[group, first]])),
  );
}

function add(map: Map<string, Set<string>>, key: string, ...values: readonly string[]): void {
  const known = map.get(key) ?? new Set();
  for (const value of values) known.add(value);
  map.set(key, known);
}
