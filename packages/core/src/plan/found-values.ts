import { type AttributePath, formatPath, relatePaths } from '../paths/attribute-path.ts';
import { nameRules } from './names.ts';
import type { Plan, PlanNode, PlanOutput, PlanRole, SharedRead, SourcePosition } from './plan.ts';
import { factsRole } from './start-roles.ts';

/** What the files of one role say about attributes that cross nodes. */
export interface FoundValues {
  /** True: what it assigns and another role reads is an output of it. */
  readonly isShared: boolean;
  readonly assigned: readonly (FoundAttribute & { readonly sensitive: boolean })[];
  /** Attributes of other nodes. */
  readonly mentioned: readonly FoundAttribute[];
  /** What could not be decided: one line each, with its place. Told of roles that share. */
  readonly notes: readonly string[];
  /** What looks like a mistake, or a run will lack: one line each, with its place. Warnings of the plan. @default none */
  readonly warnings?: readonly string[];
}

export interface FoundAttribute {
  readonly path: AttributePath;
  readonly position: SourcePosition;
}

/** An attribute that somebody reads and nobody declares. */
export interface SharableOutput {
  /** The declaration: a node or a group. */
  readonly node: string;
  readonly role: string;
  readonly output: PlanOutput;
  /** Where it is read first. */
  readonly read: SourcePosition;
}

export interface PlanWithFound {
  readonly plan: Plan;
  /** What roles that do not share would share. */
  readonly sharable: readonly SharableOutput[];
  readonly notes: readonly string[];
}

/** Names a role of a declaration, which all members of a group have in common: `NODE.ROLE`, `GROUP.ROLE`. */
export function declaredRole({ name, group }: PlanNode, role: PlanRole): string {
  return `${group ?? name}.${role.name}`;
}

/** Of outputs that a role did not write, those that the deployment declares: one found in files is promised by nobody. */
export function promisedOutputs(role: PlanRole | undefined, names: readonly string[]): readonly string[] {
  const found = new Set(role?.outputs.flatMap((output) => (output.found === true ? [output.name] : [])));
  return names.filter((name) => !found.has(name));
}

/**
 * Add the outputs that were found in the files of roles: attributes that one role assigns and another one reads. A declared output counts instead of one
 * found at its path, around it or inside of it, or with its name. One found at the very path of what the machine tells counts instead of that, as a declared one does.
 *
 * @param found  By `declaredRole`.
 */
export function addFoundOutputs(plan: Plan, found: ReadonlyMap<string, FoundValues>): PlanWithFound {
  const notes = new Set<string>();
  const warnings = new Set(plan.warnings);
  const reads = new Map<string, Map<string, SourcePosition>>();
  for (const [key, values] of found) {
    // Who declares all outputs need not hear of what is not looked for.
    for (const note of values.isShared ? values.notes : []) notes.add(note);
    for (const warning of values.warnings ?? []) warnings.add(warning);
    for (const { path, position } of values.mentioned) {
      const readers = reads.get(formatPath(path)) ?? new Map<string, SourcePosition>();
      if (!readers.has(key)) reads.set(formatPath(path), readers.set(key, position));
    }
  }
  const sharable: SharableOutput[] = [];
  const added = new Map<string, readonly PlanOutput[]>();
  const firsts = new Map(plan.nodes.map((node) => [node.group ?? node.name, node] as const).reverse());
  for (const node of [...firsts.values()].reverse()) {
    const words = node.roles.filter(tellsWords).flatMap(({ outputs }) => outputs);
    const taken = node.roles.filter((role) => !tellsWords(role)).flatMap(({ outputs }) => outputs);
    const offered: PlanOutput[] = [];
    for (const role of node.roles) {
      const key = declaredRole(node, role);
      const values = found.get(key);
      // What only the node itself reads need not leave it. A group of one may get another member.
      const isAlone = node.group === null;
      const readOf = (path: AttributePath): SourcePosition | undefined =>
        [...(reads.get(formatPath(path)) ?? [])].find(([reader]) => !isAlone || reader !== key)?.[1];
      const isShared = values?.isShared === true;
      const before = { taken: isShared ? taken : [...taken, ...offered], words };
      const outputs = values === undefined ? [] : outputsOf(values, readOf, before, isShared ? notes : new Set());
      (isShared ? taken : offered).push(...outputs);
      if (isShared) added.set(key, outputs);
      else
        for (const output of outputs) {
          const read = readOf(output.path) ?? { file: '', line: 1 };
          sharable.push({ node: node.group ?? node.name, role: role.name, output, read });
        }
    }
  }
  const secrets = [...added.values()].flat().flatMap(({ path, sensitive }) => (sensitive ? [formatPath(path)] : []));
  for (const [owner, outputs] of added)
    for (const { path } of outputs.filter(({ sensitive }) => sensitive))
      for (const [reader, position] of reads.get(formatPath(path)) ?? []) {
        const [node = '', role = ''] = reader.split('.');
        if (found.get(reader)?.isShared === true || owner.startsWith(`${node}.`)) continue;
        warnings.add(
          `${placed(position)}: role ${role} of ${node} reads ${formatPath(path)} of another node, which is sensitive: add "share: true" to its options`,
        );
      }
  const withFound = (node: PlanNode, role: PlanRole): PlanRole => {
    const key = declaredRole(node, role);
    const outputs = added.get(key) ?? [];
    const values = found.get(key);
    const sharedReads = values?.isShared === true ? readsOf(values, new Set(secrets)) : [];
    return {
      ...role,
      ...(outputs.length === 0 ? {} : { outputs: [...role.outputs, ...outputs] }),
      ...(sharedReads.length === 0 ? {} : { sharedReads }),
    };
  };
  const nodes = plan.nodes.map((node) => ({
    ...node,
    roles: withoutWords(
      node.roles.map((role) => withFound(node, role)),
      new Set(node.roles.flatMap((role) => added.get(declaredRole(node, role)) ?? []).map(({ name }) => name)),
    ),
  }));
  return { plan: { ...plan, nodes, warnings: [...warnings] }, sharable, notes: [...notes] };
}

function tellsWords({ name, atStart }: PlanRole): boolean {
  return name === factsRole && atStart === true;
}

/** What a role of the node publishes under these names, its machine need not tell. */
function withoutWords(roles: readonly PlanRole[], names: ReadonlySet<string>): readonly PlanRole[] {
  return roles.flatMap((role): readonly PlanRole[] => {
    if (!tellsWords(role)) return [role];
    const outputs = role.outputs.filter(({ name }) => !names.has(name));
    return outputs.length === 0 ? [] : [{ ...role, outputs }];
  });
}

function outputsOf(
  { assigned }: FoundValues,
  readOf: (path: AttributePath) => SourcePosition | undefined,
  { taken: declared, words }: { readonly taken: readonly PlanOutput[]; readonly words: readonly PlanOutput[] },
  notes: Set<string>,
): readonly PlanOutput[] {
  const outputs = new Map<string, PlanOutput>();
  for (const { path, sensitive, position } of assigned) {
    const text = formatPath(path);
    if (readOf(path) === undefined) continue;
    const taken = [...declared, ...words.filter((word) => relatePaths(word.path, path) !== 'equal')];
    const earlier = taken.find((output) => relatePaths(output.path, path) !== 'apart');
    if (earlier !== undefined) {
      if (earlier.found === true)
        notes.add(
          `${placed(position)}: others read ${text}, which an earlier role of the node sets too (${placed(earlier.position)}): they get what that one sets`,
        );
      continue;
    }
    const known = outputs.get(text);
    const name = outputName(path);
    const other = [...taken, ...outputs.values()].find((output) => output !== known && output.name === name);
    if (name === undefined || other !== undefined) {
      const why =
        name === undefined
          ? 'no output can have its name'
          : `its output would have the name of ${formatPath(other?.path ?? [])}`;
      notes.add(`${placed(position)}: others read ${text}, and ${why}: declare an output for it`);
      continue;
    }
    // Assigned in several places: the first one is named, and one secret makes all of them one.
    outputs.set(
      text,
      known === undefined
        ? { name, path, sensitive, publish: 'settled', found: true, position }
        : { ...known, sensitive: known.sensitive || sensitive },
    );
  }
  return [...outputs.values()];
}

/** The first read of each secret, in an order that does not depend on the files. */
function readsOf({ mentioned }: FoundValues, secrets: ReadonlySet<string>): readonly SharedRead[] {
  const firsts = new Map<string, SharedRead>();
  for (const { path, position } of mentioned) {
    const text = formatPath(path);
    if (secrets.has(text) && !firsts.has(text)) firsts.set(text, { path, position });
  }
  return [...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, read]) => read);
}

function placed(position: SourcePosition | undefined): string {
  return position === undefined ? '' : `${position.file}:${position.line}`;
}

/** `_joinCommand` is the output `joincommand`. */
function outputName(path: AttributePath): string | undefined {
  const name = path
    .join('_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '');
  return nameRules.output.pattern.test(name) ? name : undefined;
}
