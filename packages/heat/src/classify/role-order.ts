import { cyclicComponents, joinWords, type PlanNode, type RoleRef, references, suggest } from '@heddle/core';
import type { Role, Server } from '../model/role.ts';
import type { TemplateSource } from '../read/source.ts';

/** How many roles of a cycle a message names. */
const mostNamed = 8;

/** Look up the entries of a role's `after`; what is not there is reported. */
export function resolveAfter(
  reader: Server,
  role: Role,
  servers: ReadonlyMap<string, Server>,
  source: TemplateSource,
): readonly RoleRef[] {
  return role.after.flatMap(({ text, at }) => {
    const dot = text.lastIndexOf('.');
    const [resource, name] = [text.slice(0, Math.max(0, dot)), text.slice(dot + 1)];
    const server = servers.get(resource);
    if (server === undefined) {
      const hint = suggest(resource, [...servers.keys()], 'servers with roles are');
      source.report(at, 'E_REF', `"after" takes SERVER.ROLE, and there is no server "${resource}" with roles${hint}`);
      return [];
    }
    const target = server.roles.find((candidate) => candidate.name === name);
    if (target === undefined) {
      const names = server.roles.map((candidate) => candidate.name);
      source.report(at, 'E_REF', `"${resource}" has no role "${name}"${suggest(name, names, 'it has')}`);
      return [];
    }
    if (server === reader && target.index >= role.index) {
      source.report(
        at,
        'E_LATER',
        `role "${role.name}" cannot start after ${target === role ? 'itself' : `"${name}", which runs later on the same server`}`,
      );
      return [];
    }
    return [{ node: server.node, role: name }];
  });
}

/**
 * Look for roles that wait for one another.
 *
 * By `after` and the order on a server alone they could never start: E_CYCLE. With inputs among them they can, if each
 * writes before it reads: a warning.
 * @returns The warnings.
 */
export function checkRoleOrder(nodes: readonly PlanNode[], source: TemplateSource): readonly string[] {
  const runs = nodes.flatMap((node) =>
    node.roles.map((role, place) => ({ node, role, place, name: `${node.name}.${role.name}` })),
  );
  const indexes = new Map(runs.map(({ name }, index) => [name, index]));
  const indexOf = (node: string, role: string): readonly number[] => {
    const index = indexes.get(`${node}.${role}`);
    return index === undefined ? [] : [index];
  };
  const producers = new Map(
    runs.flatMap(({ node, role }) => role.outputs.map(({ name }) => [`${node.name}.${name}`, role.name] as const)),
  );
  const strict = runs.map(({ node, role, place }) => {
    const previous = node.roles[place - 1];
    const before = previous === undefined ? [] : indexOf(node.name, previous.name);
    return [...before, ...role.after.flatMap((ref) => indexOf(ref.node, ref.role))];
  });
  const reads = runs.map(({ role }) =>
    role.inputs
      .filter(({ missing }) => missing !== 'fail')
      .flatMap(({ expression }) => references(expression))
      .flatMap((need) =>
        need.kind === 'output' ? indexOf(need.node, producers.get(`${need.node}.${need.output}`) ?? '') : [],
      ),
  );
  const lineOf = (index: number): number => runs[index]?.role.position?.line ?? 1;
  const names = (component: readonly number[]): string => {
    const all = component.map((index) => runs[index]?.name ?? '');
    return joinWords(all.length > mostNamed ? [...all.slice(0, mostNamed), `${all.length - mostNamed} more`] : all);
  };
  for (const component of cyclicComponents(strict)) {
    const text = `E_CYCLE: ${names(component)} wait for one another by "after" and by the order of roles: none of them could ever start`;
    source.problems.reportAt({ line: lineOf(component[0] ?? 0), column: 1 }, [], text);
  }
  const all = strict.map((targets, index) => [...targets, ...(reads[index] ?? [])]);
  return cyclicComponents(all).map(
    (component) =>
      `${source.file}:${lineOf(component[0] ?? 0)}: W_ROLE_CYCLE: ${names(component)} read values of one another: this ends well if each writes what the others need before it reads`,
  );
}
