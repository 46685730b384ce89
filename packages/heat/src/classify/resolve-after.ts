import { type RoleRef, suggest } from '@heddle/core';
import { nodesOf } from '../model/node-names.ts';
import type { Role, Server } from '../model/role.ts';
import type { TemplateSource } from '../read/source.ts';

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
    return nodesOf(server).map((node) => ({ node, role: name }));
  });
}
