import { formatPath } from '../paths/attribute-path.ts';
import { canonicalJson, type Json } from '../values/json.ts';
import { roleDigest } from './digest.ts';
import type { PlanNode, PlanOutput, PlanRole, SourcePosition } from './plan.ts';

/** The part of a node that a plan and a stored slice have in common. */
type Named = Pick<PlanNode, 'name' | 'roles'>;

/**
 * Say in which ways a plan does something else than another, for people; none: what ran under one stays good under the other.
 *
 * Deadlines, places in the file and what a role comes after are no such changes.
 *
 * @param hasRights  True where each node has rights of its own: secrets that a role begins to read are a change too. @default false
 */
export function planChanges(before: readonly Named[], now: readonly Named[], hasRights = false): readonly string[] {
  const old = new Map(before.map((node) => [node.name, node]));
  const names = new Set(now.map(({ name }) => name));
  const owners = hasRights ? secretOwners(now) : undefined;
  const gone = before.filter(({ name }) => !names.has(name)).map(({ name }) => `node ${name} is gone`);
  const changed = now.flatMap((node) => {
    const known = old.get(node.name);
    return known === undefined ? [`node ${node.name} is new`] : nodeChanges(known, node, owners);
  });
  return [...gone, ...changed];
}

function nodeChanges(before: Named, { name: node, roles }: Named, owners?: SecretOwners): string[] {
  const old = new Map(before.roles.map((role) => [role.name, role]));
  const names = roles.map(({ name }) => name);
  const gone = before.roles
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `role ${name} of ${node} is gone`);
  const changed = roles.flatMap((role) => {
    const known = old.get(role.name);
    if (known === undefined) return [`role ${role.name} of ${node} is new`];
    const begun = owners === undefined ? [] : begunReads(known, role, node, owners);
    const reads = begun.map((read) => `role ${role.name} of ${node} reads ${read}, and ${node} has no right to it`);
    if (roleDigest(known) === roleDigest(role)) return reads;
    const parts = changedParts(known, role);
    const what = parts.length === 0 ? 'another definition' : `other ${parts.join(' and ')}`;
    return [`role ${role.name} of ${node} has ${what}`, ...reads];
  });
  const all = [...gone, ...changed];
  const isReordered = all.length === 0 && before.roles.map(({ name }) => name).join() !== names.join();
  return isReordered ? [`the roles of ${node} come in another order`] : all;
}

/** The nodes with a found secret, by its path. */
type SecretOwners = ReadonlyMap<string, ReadonlySet<string>>;

function secretOwners(nodes: readonly Named[]): SecretOwners {
  const owners = new Map<string, Set<string>>();
  for (const { name, roles } of nodes) {
    const secrets = roles.flatMap(({ outputs }) => outputs.filter(({ found, sensitive }) => found && sensitive));
    for (const { path } of secrets) {
      const known = owners.get(formatPath(path));
      if (known === undefined) owners.set(formatPath(path), new Set([name]));
      else known.add(name);
    }
  }
  return owners;
}

/** Rights were given when the epoch began, to who read the secret then; its own a node may read anyway. */
function begunReads(
  { sharedReads: before = [] }: PlanRole,
  { sharedReads: now = [] }: PlanRole,
  node: string,
  owners: SecretOwners,
): string[] {
  const known = new Set(before.map(({ path }) => formatPath(path)));
  return now
    .filter(({ path }) => {
      const nodes = owners.get(formatPath(path));
      return !known.has(formatPath(path)) && nodes !== undefined && (nodes.size > 1 || !nodes.has(node));
    })
    .map(({ path, position: { file, line } }) => `the secret ${formatPath(path)} (${file}:${line})`);
}

/** Found outputs come and go with the files of roles: who looks at the deployment file alone would not know why. */
function foundChanges(before: PlanRole, now: PlanRole): readonly string[] {
  const [old, found] = [foundOutputs(before), foundOutputs(now)];
  return [
    ...[...found].flatMap(([name, { position }]) =>
      old.has(name)
        ? []
        : [`${name} is read now${position === undefined ? '' : `, and set in ${position.file}:${position.line}`}`],
    ),
    ...[...old.keys()].filter((name) => !found.has(name)).map((name) => `${name} is not found any more`),
  ];
}

function foundOutputs({ outputs }: PlanRole): ReadonlyMap<string, PlanOutput> {
  return new Map(outputs.filter(({ found }) => found).map((output) => [output.name, output]));
}

/** What a role says in one place of the deployment file. */
interface Said {
  readonly said: unknown;
  /** Of an input or a declared output. */
  readonly name?: string | undefined;
  readonly position?: SourcePosition | undefined;
}

function changedParts(before: PlanRole, now: PlanRole): string[] {
  const parts: readonly [string, (role: PlanRole) => readonly Said[]][] = [
    ['adapters', (role) => [{ said: role.adapter }]],
    ['options', (role) => [{ said: role.options }]],
    [
      'inputs',
      (role) =>
        role.inputs.map(({ path, expression, missing, default: fallback = null, position }) => ({
          said: [path, expression, missing, fallback],
          name: formatPath(path),
          position,
        })),
    ],
    [
      'outputs',
      (role) =>
        role.outputs.map(({ name, path, sensitive, publish, found, position }) => ({
          said: [name, path, sensitive, publish],
          name: found === true ? undefined : name,
          position,
        })),
    ],
  ];
  return parts.flatMap(([what, of]) => {
    const [old, own] = [of(before), of(now)];
    if (old.map(text).join() === own.map(text).join()) return [];
    const names = [...namesOf(own, old), ...(what === 'outputs' ? foundChanges(before, now) : [])];
    return [names.length === 0 ? what : `${what}: ${names.join('; ')}`];
  });
}

function text({ said }: Said): string {
  return canonicalJson(said as Json);
}

/** Name what is new, another one or gone, with its line. */
function namesOf(now: readonly Said[], before: readonly Said[]): readonly string[] {
  const known = new Set(before.map(text));
  const names = new Set(now.map(({ name }) => name));
  return [
    ...now.flatMap((one) => {
      const { name, position } = one;
      if (name === undefined || known.has(text(one))) return [];
      return [position === undefined ? name : `${name} (${position.file}:${position.line})`];
    }),
    ...before.flatMap(({ name }) => (name === undefined || names.has(name) ? [] : [`${name} is gone`])),
  ];
}
